import { expect, test } from 'vitest'
import {
  command,
  otherCommand,
  phrase,
  quotedList,
  renderCommand,
  renderPhrase,
} from '../../../src/core/words/command-line.ts'
import { escapeName } from '../../../src/core/words/escape-controls.ts'
import { quoteWord } from '../../../src/core/words/quote-word.ts'
import { hostileWords } from '../../support/hostile-words.ts'
import { randomTexts } from '../../support/random-texts.ts'
import { typeIntoShell } from '../../support/shell-words.ts'

test.each([
  ['drover list', command('list')],
  [
    'drover queues set mails --worker-concurrency 1',
    command('queues set', ['mails'], { '--worker-concurrency': 1 }),
  ],
  ["drover get 'two words'", command('get', ['two words'])],
  ["drover get 'it'\\''s'", command('get', ["it's"])],
  ["drover get ''", command('get', [''])],
  ['drover approve -', command('approve', ['-'])],
  ['drover approve o7#1 --force', command('approve', ['o7#1'], { '--force': true, '--yes': false })],
  ["drover get -- '-x'", command('get', ['-x'])],
  [
    "drover start --class Shop -- '--x $(touch y)'",
    command('start', ['--x $(touch y)'], { '--class': 'Shop' }),
  ],
  ["drover send a '{\"a\":1}' --topic='-x'", command('send', ['a', '{"a":1}'], { '--topic': '-x' })],
  ['drover list --status A --status B', command('list', [], { '--status': ['A', 'B'], '--name': undefined })],
  ["drover get $'a\\nb'", command('get', ['a\nb'])],
  ["drover get $'ad\\xe2\\x80\\x8bmin'", command('get', ['ad\u200bmin'])],
  ["drover get '日本語'", command('get', ['日本語'])],
  ["drover get '=ls'", command('get', ['=ls'])],
  ["rm -r '/tmp/my dir'", otherCommand('rm -r', ['/tmp/my dir'])],
])('%s', (typed, line) => {
  expect(renderCommand(line)).toBe(typed)
})

const flags = ['--db-url', 'postgres://ada@h/my shop', '--schema', '-flows']

test('what named the database is carried, before what ends the options, and not twice', () => {
  const place = "--db-url 'postgres://ada@h/my shop' --schema='-flows'"
  expect(renderCommand(command('list'), flags)).toBe(`drover list ${place}`)
  expect(renderCommand(command('get', ['-x']), flags)).toBe(`drover get ${place} -- '-x'`)
  expect(renderCommand(command('list', [], { '--schema': 'other' }), flags)).toBe(
    "drover list --schema other --db-url 'postgres://ada@h/my shop'",
  )
  expect(renderCommand(command('list', [], { '--database': 'shop', '--name': undefined }), flags)).toBe(
    "drover list --database shop --schema='-flows'",
  )
  for (const other of [command('db stop'), command('demo'), otherCommand('npx dbos schema')])
    expect(renderCommand(other, flags)).toBe(renderCommand(other))
})

test('a sentence keeps its commands whole, and shows what it tells', () => {
  const hint = phrase`name one: ${quotedList(['a', 'b c'])}, or ${command('list')}   # of ${'two\nlines\u034f'}`
  expect(renderPhrase(hint, ['--schema', 's'])).toBe(
    "name one: a, 'b c', or drover list --schema s   # of two↵lines<U+034F>",
  )
  expect(
    renderPhrase(phrase`${command('cancel', ['x'])} && ${phrase`${command('resume', ['x'])} ${3}`}`),
  ).toBe('drover cancel x && drover resume x 3')
})

test('whatever it is called, a shell takes it as that very word, and nothing is seen that is not typed', () => {
  const words = [...hostileWords, ...randomTexts(1000)]
  const lines = words.map((word) =>
    renderCommand(command('get', [word, 'x'], { '--name': word }), ['--schema', word]),
  )
  for (const line of lines) expect(escapeName(line)).toBe(line)
  const calls = typeIntoShell(lines)
  for (const [index, word] of words.entries()) {
    const isDashed = word.startsWith('-')
    const options = isDashed ? [`--name=${word}`, `--schema=${word}`] : ['--name', word, '--schema', word]
    const operands = isDashed && word !== '-' ? [...options, '--', word, 'x'] : [word, 'x', ...options]
    expect(calls[index]).toEqual([['get', ...operands]])
  }
})

test('without anything that cannot be seen it is the same for the oldest shells', () => {
  const words = hostileWords.filter((word) => !quoteWord(word).startsWith('$'))
  const calls = typeIntoShell(
    words.map((word) => renderCommand(command('get', ['x', word]))),
    'sh',
  )
  expect(calls.map(([call]) => call?.at(-1))).toEqual(words)
})
