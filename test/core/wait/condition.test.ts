import { expect, test } from 'vitest'
import type { Change } from '../../../src/core/change.ts'
import {
  describeCondition,
  meets,
  parseCondition,
  parseConditions,
  type SeenValues,
} from '../../../src/core/wait/condition.ts'
import type { JsonValue } from '../../../src/core/workflow.ts'

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
  'created',
  'deleted',
  'result',
  'result.status="paid"',
  'result.items.0>=3',
  'result=null',
])('%s reads back as it was typed', (text) => {
  expect(describeCondition(parseCondition(text))).toBe(text)
})

test.each(['', 'done', 'status=DONE', 'event:', 'step:', 'event:a={', 'result.', 'results', 'result.a={'])(
  '"%s" is refused',
  (text) => {
    expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  },
)

const seenBy = (change: Change): SeenValues => ({
  event: new Map(change.type === 'event' ? [[change.key, change.value]] : []),
  stream: new Map(),
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
  ['event:a.done>=4', { done: 4, total: 7 }, true],
  ['event:a.done>=4', { done: 3, total: 7 }, false],
  ['event:a.done', {}, false],
  ['event:a.done', 4, false],
  ['event:a.done=null', { done: null }, true],
  ['event:a.jobs.1.name=b', { jobs: [{ name: 'a' }, { name: 'b' }] }, true],
  ['event:a.x.y=1', { 'x.y': 1, x: { y: 2 } }, true],
  ['event:a.length=2', [1, 2], false],
  ['event:a.constructor', {}, false],
  ['event:a.raw', { $undecoded: 'py_pickle', raw: 'gASV' }, false],
])('%s with the value %j is %s', (text, value, expected) => {
  const change = event('a', value)
  expect(meets(parseCondition(text), change, seenBy(change)) !== undefined).toBe(expected)
})

test('another key meets nothing', () => {
  const change = event('b', 1)
  expect(meets(parseCondition('event:a'), change, seenBy(change))).toBeUndefined()
})

const ended = (output: JsonValue, status: 'SUCCESS' | 'ERROR' = 'SUCCESS') =>
  ({ type: 'status', workflowId: 'w', cursor: 'c', at: new Date(0), workflow: { status, output } }) as Change

test.each<[string, Change, JsonValue | undefined]>([
  ['result', ended({ a: 1 }), { a: 1 }],
  ['result.a=1', ended({ a: 1 }), 1],
  ['result.a>=2', ended({ a: 1 }), undefined],
  ['result.b', ended({ a: 1 }), undefined],
  ['result.list.1=x', ended({ list: ['w', 'x'] }), 'x'],
  ['result=paid', ended('paid'), 'paid'],
  ['result', ended(null, 'ERROR'), undefined],
  ['created', ended(null, 'ERROR'), 'w'],
  ['deleted', ended(1), undefined],
])('%s of what has ended', (text, change, value) => {
  expect(meets(parseCondition(text), change, seenBy(change))?.value).toEqual(value)
})

test('what is deleted meets nothing else', () => {
  expect(() => parseConditions(['deleted', 'ended'])).toThrow('meets no other condition')
  expect(parseConditions(['created', 'ended'])).toHaveLength(2)
})
