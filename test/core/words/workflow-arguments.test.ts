import { expect, test } from 'vitest'
import { parseWorkflowArguments } from '../../../src/core/words/workflow-arguments.ts'

test('an argument is JSON if it parses, else a string', () => {
  expect(parseWorkflowArguments(['5', 'true', 'null', '{"a":[1]}', '"5"', 'hello', ''], undefined)).toEqual([
    5,
    true,
    null,
    { a: [1] },
    '5',
    'hello',
    '',
  ])
})

test('--input gives all of them', () => {
  expect(parseWorkflowArguments([], '[1, "x"]')).toEqual([1, 'x'])
})

test('--input must be an array, and the only source', () => {
  expect(() => parseWorkflowArguments([], '{"a":1}')).toThrow('The --input is not a JSON array of arguments.')
  expect(() => parseWorkflowArguments([], '[1')).toThrow('The --input is not JSON')
  expect(() => parseWorkflowArguments(['1'], '[1]')).toThrow('both in place and with --input')
})

test.each([
  '12345678901234567890',
  '9007199254740993',
  '0.12345678901234567890',
  '1e400',
  '[1, 9007199254740993]',
])('the number in %s would not survive, and is refused', (text) => {
  expect(() => parseWorkflowArguments([text], undefined)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', hint: expect.stringContaining('quote it') }),
  )
})

test.each([
  '1.10',
  '100',
  '-0.5',
  '1e3',
  '1E+3',
  '0.1',
  '0',
  '-0',
  '9007199254740991',
  '"12345678901234567890"',
])('the number %s survives', (text) => {
  expect(parseWorkflowArguments([text], undefined)).toEqual([JSON.parse(text)])
})
