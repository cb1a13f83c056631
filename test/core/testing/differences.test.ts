import { expect, test } from 'vitest'
import { describeDifference, findDifferences } from '../../../src/core/testing/differences.ts'
import { toExpected } from '../../../src/core/testing/expected.ts'
import { createLookup, substituteText, substituteValue } from '../../../src/core/testing/variables.ts'
import { parseExact } from '../../../src/core/words/exact-number.ts'
import type { JsonValue } from '../../../src/core/workflow.ts'

const lookup = createLookup([{ n: 3, order: { total: 7 }, hostile: '${any}' }], {
  NAME: 'ada',
  COUNT: '4',
  EMPTY: '',
})

const compare = (expected: JsonValue, actual: JsonValue | undefined, isPartial = false) =>
  findDifferences(toExpected(expected, lookup), actual, 'result', { isPartial }).map(describeDifference)

test.each<[JsonValue, JsonValue | undefined, readonly string[]]>([
  [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ['paid', 'refused', ['result is "refused", expected "paid"']],
  [
    { a: 1, b: 2 },
    { a: 1, c: 2 },
    ['result.b is missing, expected 2', 'result.c is 2, and was not expected'],
  ],
  [{ 'a b': 1 }, { 'a b': 2 }, ['result["a b"] is 2, expected 1']],
  [{ a: { b: 1 } }, { a: [1] }, ['result.a is [1], expected {"b":1}']],
  [1, 1.0, []],
  ['1', 1, ['result is 1, expected "1"']],
  [null, undefined, ['result is missing, expected null']],
  [[1, 2, 3], [1, 9, 3], ['result[1] is 9, expected 2']],
  [[1, 2, 3], [1, 9, 2, 3], ['result[1] is 9, and was not expected']],
  [[1, 2, 3], [1, 3], ['result[1] is missing, expected 2']],
  [[], [{ a: 1 }], ['result[0] is {"a":1}, and was not expected']],
  [[{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }], ['result[1].a is 3, expected 2']],
])('%j beside %j', (expected, actual, differences) => {
  expect(compare(expected, actual)).toEqual(differences)
})

test('numbers are compared to their last digit', () => {
  const [long, other] = [parseExact('9007199254740993'), parseExact('9007199254740992')]
  expect(compare(long, long)).toEqual([])
  expect(compare(long, other)).toEqual(['result is 9007199254740992, expected 9007199254740993'])
  expect(compare(parseExact('1.10'), 1.1)).toEqual([])
})

test.each<[string, JsonValue, boolean]>([
  ['${any}', null, true],
  ['${any.text}', 'x', true],
  ['${any.text}', 1, false],
  ['${any.number}', 1.5, true],
  ['${any.number}', '1.5', false],
  ['${any.time}', '2026-01-02T03:04:05.678Z', true],
  ['${any.time}', 1_767_323_045_678, true],
  ['${any.time}', 17, false],
  ['${any.time}', 'yesterday', false],
  ['${any.id}', '3f1c2a9e-0000-4000-8000-000000000000', true],
  ['${any.id}', 'two words', false],
  ['order ${any.number} at ${any.time}', 'order 17 at 2026-01-02T03:04:05Z', true],
  ['order ${any.number} at ${any.time}', 'order x at 2026-01-02T03:04:05Z', false],
  ['(a.b)* ${any}', '(a.b)* \n', true],
  ['${n} of ${any}', '3 of 9', true],
  ['$${any}', '${any}', true],
  ['$${any}', 'x', false],
  ['${hostile}', 'x', false],
  ['${hostile}', '${any}', true],
])('%s stands for %j: %s', (expected, actual, isSame) => {
  expect(compare(expected, actual).length === 0).toBe(isSame)
})

test('of objects in a list only the keys that are named, and all of what stands in them', () => {
  const steps = [{ name: 'charge', output: { total: 3 }, step: 0 }]
  expect(compare([{ name: 'charge' }], steps, true)).toEqual([])
  expect(compare([{ name: 'charge', output: {} }], steps, true)).toEqual([
    'result[0].output.total is 3, and was not expected',
  ])
})

test('a variable that stands alone is its value, and within a text it is text', () => {
  expect(
    substituteValue(['${n}', '${n}!', '${order}', '${order.total}', '${COUNT}', '${NAME}'], lookup),
  ).toEqual([...[3, '3!', { total: 7 }, 7, 4, 'ada']])
  expect(substituteText('${order} ${NONE:-0} ${EMPTY:-1} $${n}', lookup)).toBe('{"total":7} 0 1 ${n}')
})

test('a long list with one more in it is one difference, and a deep one ends', () => {
  const list = Array.from({ length: 2000 }, (_, index) => ({ index }))
  expect(compare(list, [...list.slice(0, 1000), { index: -1 }, ...list.slice(1000)])).toHaveLength(1)
  const deep = (value: JsonValue) => Array.from({ length: 200 }).reduce<JsonValue>((inner) => [inner], value)
  expect(compare(deep(1), deep(2))).toHaveLength(1)
})
