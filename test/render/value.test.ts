import { expect, test } from 'vitest'
import type { JsonValue } from '../../src/core/workflow.ts'
import { formatBytes, formatField, formatValue } from '../../src/render/value.ts'

test.each<[JsonValue, string]>([
  [null, 'null'],
  [12.5, '12.5'],
  ['processing_step_3', 'processing_step_3'],
  ['a sentence, with more.', 'a sentence, with more.'],
  ['日本', '日本'],
  ['', '""'],
  ['12', '"12"'],
  ['null', '"null"'],
  ['-1 left', '"-1 left"'],
  [' padded ', '" padded "'],
  ['{"a":1}', '"{\\"a\\":1}"'],
  ['two\nlines', 'two↵lines'],
  ['\x1b[2J', '␛[2J'],
  [
    { approved: true, by: 'ada', 'odd key': [1, null, 'x\ny'] },
    '{approved: true, by: "ada", "odd key": [1, null, "x\\ny"]}',
  ],
  [[], '[]'],
  [{}, '{}'],
  [{ $undecoded: 'py_pickle', raw: 'x'.repeat(412) }, '<py_pickle 412 B>'],
  [{ inner: { $undecoded: 'py\x1b', raw: 'x' } }, '{inner: <py␛ 1 B>}'],
])('%j reads %s', (value, text) => {
  expect(formatValue(value)).toBe(text)
})

test('a value is cut to the width, however large it is', () => {
  const huge = { text: 'x'.repeat(10_000_000), list: Array.from({ length: 1_000_000 }, (_, index) => index) }
  expect(formatValue(huge, 20)).toBe('{text: "xxxxxxxxxxx…')
  expect(formatValue(huge.list, 12)).toBe('[0, 1, 2, 3…')
})

test('a field is a string as it is, else JSON', () => {
  expect(formatField('12')).toBe('12')
  expect(formatField('a\tb\x1b')).toBe('a␉b␛')
  expect(formatField({ a: [1, 'x'] })).toBe('{"a":[1,"x"]}')
  expect(formatField({ $undecoded: 'py_pickle', raw: 'xx' })).toBe('<py_pickle 2 B>')
})

test('sizes have one unit', () => {
  expect([0, 412, 1536, 20_480, 5_242_880].map(formatBytes)).toEqual([
    '0 B',
    '412 B',
    '1.5 KB',
    '20 KB',
    '5.0 MB',
  ])
})
