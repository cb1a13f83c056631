import { expect, test } from 'vitest'
import {
  escapeControlLines,
  escapeControls,
  escapeName,
  escapeWholeName,
  hasControls,
} from '../../../src/core/words/escape-controls.ts'
import { randomTexts } from '../../support/random-texts.ts'

test.each([
  ['an escape sequence', 'a\x1b[31mred\x1b[0m', 'a␛[31mred␛[0m'],
  ['a window title', '\x1b]0;owned\x07', '␛]0;owned␇'],
  ['the 8-bit form of one', '\u009b31m', '<U+009B>31m'],
  ['a carriage return that would overwrite the line', 'good\rbad', 'good␍bad'],
  ['newlines and tabs', 'a\nb\tc', 'a↵b␉c'],
  ['a delete and a backspace', 'a\x7f\b', 'a␡␈'],
  ['a bidi override', 'user\u202etxt.exe', 'user<U+202E>txt.exe'],
  ['isolates and marks', '\u2066a\u2069\u200e', '<U+2066>a<U+2069><U+200E>'],
  ['a zero-width space', 'ad\u200bmin', 'ad<U+200B>min'],
  ['a joiner between Latin letters', 'ad\u200dmin', 'ad<U+200D>min'],
  ['a joiner behind an accent', 'a\u0301\u200dmin', 'a\u0301<U+200D>min'],
  ['a byte order mark', '\ufeffx', '<U+FEFF>x'],
  ['a line separator', 'a\u2028b', 'a<U+2028>b'],
  ['a tag character', 'a\u{e0041}', 'a<U+E0041>'],
  ['half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
  ['a grapheme joiner', 'ad\u034fmin', 'ad<U+034F>min'],
  ['a variation selector behind a letter', 'a\ufe0fb', 'a<U+FE0F>b'],
  ['one behind a digit', '1\ufe0f2', '1<U+FE0F>2'],
  ['one for ideographs behind a letter', 'a\u{e0100}', 'a<U+E0100>'],
  ['a second one', '葛\u{e0100}\u{e0101}', '葛\u{e0100}<U+E0101>'],
  ['a blank of Braille', 'a\u2800b', 'a<U+2800>b'],
  ['a filler', 'a\u3164\u115f\uffa0', 'a<U+3164><U+115F><U+FFA0>'],
  ['what is no character', 'a\uffff\ufdd0\u{1fffe}', 'a<U+FFFF><U+FDD0><U+1FFFE>'],
  ['tags behind a flag that never ends', '🏴\u{e0067}\u{e0062}', '🏴<U+E0067><U+E0062>'],
])('%s is made visible', (_, hostile, shown) => {
  expect(escapeControls(hostile)).toBe(shown)
})

test.each([
  'plain',
  'Grüße',
  '日本語',
  '👩‍👩‍👧',
  'e\u0301',
  'می‌خواهم',
  '👍🏽',
  'नमस्ते',
  'क्\u200dष',
  '❤️',
  '❤️‍🔥',
  '1️⃣',
  '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
  '葛\u{e0100}城',
  '辻\u{e0101}さん',
  '⠓⠑⠇⠇⠕⠀⠺⠕⠗⠇⠙',
  'ᠠ\u180b',
])('%s stays as it is', (text) => {
  expect(escapeControls(text)).toBe(text)
})

test('nothing that cannot be seen is left in a name, whatever it follows', () => {
  expect(escapeName('葛\u{e0100}城 ❤️ 👩‍👧')).toBe('葛<U+E0100>城 ❤<U+FE0F> 👩<U+200D>👧')
  expect(escapeName('日本語')).toBe('日本語')
})

test('lines stay lines where several are shown', () => {
  expect(escapeControlLines('one\r\n\ttwo\x1b[2J')).toEqual(['one', '    two␛[2J'])
})

test('of random text nothing acts on a terminal, and of a name nothing hides', () => {
  for (const text of randomTexts(3000, 7)) {
    for (const shown of [escapeControls(text), escapeName(text), ...escapeControlLines(text)]) {
      expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
      expect(escapeControls(shown)).toBe(shown)
    }
    expect(escapeName(text)).not.toMatch(/[\p{Default_Ignorable_Code_Point}\u2800]/u)
  }
})

test('a name has no blank that is taken for another one, and none at its ends that nobody sees', () => {
  expect(escapeName('a\u00a0b\u2003c d')).toBe('a<U+00A0>b<U+2003>c d')
  expect([' a b ', '   ', '', 'a', ' \u00a0'].map(escapeWholeName)).toEqual([
    '␠a b␠',
    '␠␠␠',
    '',
    'a',
    '␠<U+00A0>',
  ])
  expect(escapeWholeName(' '.repeat(100_000))).toHaveLength(100_000)
})

test('control characters are those of Unicode', () => {
  for (let code = 0; code < 0x3000; code++) {
    const text = `a${String.fromCharCode(code)}`
    expect([code, hasControls(text)]).toEqual([code, /\p{Cc}/u.test(text)])
  }
})
