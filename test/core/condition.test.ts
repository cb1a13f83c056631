import { expect, test } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import { describeCondition, meets, parseCondition } from '../../src/core/condition.ts'
import type { JsonValue } from '../../src/core/workflow.ts'

const event = (key: string, value: JsonValue): Change => ({
  type: 'event',
  key,
  value,
  cursor: 'c',
  workflowId: 'w',
  at: new Date(0),
})

test.each([
  'ended',
  'message',
  'status=CANCELLED',
  'step:charge',
  'event:progress',
  'event:progress>=50',
  'event:status!="started"',
  'stream:log="done"',
])('%s reads back as it was typed', (text) => {
  expect(describeCondition(parseCondition(text))).toBe(text)
})

test.each(['', 'done', 'status=DONE', 'event:', 'step:', 'event:a={'])('"%s" is refused', (text) => {
  expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})

test.each<[string, JsonValue, boolean]>([
  ['event:a', null, true],
  ['event:a=1', 1, true],
  ['event:a=1', '1', false],
  ['event:a==1', 1, true],
  ['event:a={"x":[1]}', { x: [1] }, true],
  ['event:a!=1', 2, true],
  ['event:a<10', 9, true],
  ['event:a<=10', 10, true],
  ['event:a>10', 10, false],
  ['event:a>=10', '10', false],
  ['event:a>"b"', 'c', true],
  ['event:a=null', null, true],
  ['event:a=completed', 'completed', true],
])('%s with the value %j is %s', (text, value, expected) => {
  expect(meets(parseCondition(text), event('a', value)) !== undefined).toBe(expected)
})

test('another key meets nothing', () => {
  expect(meets(parseCondition('event:a'), event('b', 1))).toBeUndefined()
})
