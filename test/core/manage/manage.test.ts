import { expect, test } from 'vitest'
import { requireSameRun } from '../../../src/core/manage/ledger.ts'
import { manageVerbs, obstacleTo } from '../../../src/core/manage/manage.ts'
import { parseLedger } from '../../../src/core/manage/parse-ledger.ts'
import {
  describeRunFromStep,
  findResumeStep,
  nameOfPoint,
  parseResumePoint,
} from '../../../src/core/manage/resume-point.ts'
import { contains, describeFilter, parseAttributes } from '../../../src/core/manage/workflow-filter.ts'
import { parseRate } from '../../../src/core/words/rate.ts'
import { workflowStatuses } from '../../../src/core/workflow.ts'
import { toRows } from '../../support/fake-workflow.ts'

const now = new Date('2026-01-02T03:04:05Z')

test('each verb changes some statuses and says why it leaves the others', () => {
  const table = manageVerbs.map((verb) => [
    verb,
    ...workflowStatuses.map((status) => obstacleTo(verb, status) ?? 'changes'),
  ])
  expect(table).toMatchInlineSnapshot(`
    [
      [
        "cancel",
        "changes",
        "changes",
        "changes",
        "already SUCCESS",
        "already ERROR",
        "already CANCELLED",
        "changes",
      ],
      [
        "resume",
        "already DELAYED",
        "already ENQUEUED",
        "already PENDING",
        "already SUCCESS",
        "already ERROR",
        "changes",
        "changes",
      ],
      [
        "fork",
        "changes",
        "changes",
        "changes",
        "changes",
        "changes",
        "changes",
        "changes",
      ],
      [
        "rewind",
        "still DELAYED",
        "still ENQUEUED",
        "still PENDING",
        "changes",
        "changes",
        "changes",
        "changes",
      ],
      [
        "delete",
        "still DELAYED",
        "still ENQUEUED",
        "still PENDING",
        "changes",
        "changes",
        "changes",
        "changes",
      ],
      [
        "reprioritize",
        "changes",
        "changes",
        "already PENDING",
        "already SUCCESS",
        "already ERROR",
        "already CANCELLED",
        "already MAX_RECOVERY_ATTEMPTS_EXCEEDED",
      ],
      [
        "reschedule",
        "changes",
        "already ENQUEUED",
        "already PENDING",
        "already SUCCESS",
        "already ERROR",
        "already CANCELLED",
        "already MAX_RECOVERY_ATTEMPTS_EXCEEDED",
      ],
      [
        "requeue",
        "changes",
        "changes",
        "already PENDING",
        "already SUCCESS",
        "already ERROR",
        "already CANCELLED",
        "already MAX_RECOVERY_ATTEMPTS_EXCEEDED",
      ],
    ]
  `)
})

test('attributes are names with values, JSON where it parses', () => {
  expect(parseAttributes(['a=1', 'b=x', 'c=', 'd=a=b'])).toEqual({ a: 1, b: 'x', c: '', d: 'a=b' })
  expect(() => parseAttributes(['a'])).toThrow('"a" is not an attribute.')
})

test('one value contains another as in Postgres', () => {
  expect(contains({ a: 1, b: { c: [1, 2] } }, { b: { c: [2] } })).toBe(true)
  expect(contains({ a: 1 }, { a: 2 })).toBe(false)
  expect(contains({ a: 1 }, { b: 1 })).toBe(false)
})

test('a filter is described in the words of its options', () => {
  expect(
    describeFilter({ name: 'x', status: ['ERROR', 'CANCELLED'], executorId: 'e', attributes: { a: 1 } }),
  ).toBe('name x, executor e, status ERROR or CANCELLED, attribute a=1')
  expect(describeFilter({})).toBe('')
})

test('a rate is a count in a unit of time', () => {
  expect(parseRate('10/s')).toBe(10)
  expect(parseRate('90/m')).toBe(1.5)
  for (const wrong of ['10', '0/s', '-1/s', '1/d']) expect(() => parseRate(wrong)).toThrow('is not a rate')
})

test('a step to resume from is found by number, at the first failure, or at the last step', () => {
  const { steps, messages } = toRows({
    workflowId: 'w',
    did: [
      { step: 'charge' },
      { event: 'progress', value: 1 },
      { step: 'ship', error: { name: 'E', message: 'x' } },
      { child: 'c-1', name: 'notify' },
    ],
    unread: [{ topic: null, message: 1 }],
  })
  const bounds = { workflowId: 'w', lastStep: 3, failedStep: 2, namedStep: null }
  expect(findResumeStep(parseResumePoint('failed'), bounds)).toBe(2)
  expect(findResumeStep(parseResumePoint('last'), bounds)).toBe(3)
  expect(findResumeStep(parseResumePoint('1'), bounds)).toBe(1)
  expect(findResumeStep(4, bounds)).toBe(4)
  expect(findResumeStep(5, bounds)).toBeUndefined()
  expect(findResumeStep('failed', { ...bounds, failedStep: null })).toBeUndefined()
  expect([
    findResumeStep(0, undefined),
    findResumeStep(1, undefined),
    findResumeStep('last', undefined),
  ]).toEqual([0, undefined, undefined])
  expect(findResumeStep(parseResumePoint('ship'), { ...bounds, namedStep: 2 })).toBe(2)
  expect(findResumeStep(parseResumePoint('ship'), bounds)).toBeUndefined()
  expect([nameOfPoint('ship'), nameOfPoint('failed'), nameOfPoint('last'), nameOfPoint(2)]).toEqual([
    'ship',
    undefined,
    undefined,
    undefined,
  ])
  expect(() => parseResumePoint('')).toThrow('No step is named')
  expect(describeRunFromStep(1, steps, messages)).toEqual({
    fromStep: 1,
    kept: 1,
    again: ['DBOS.setEvent', 'ship', 'notify'],
    events: 1,
    messages: 1,
    children: ['c-1'],
  })
})

const head = { verb: 'cancel', database: 'db', request: '--name x' } as const
const target = (workflowId: string) => ({
  workflowId,
  status: 'PENDING' as const,
  updatedAt: now.toISOString(),
})
const row = (workflowId: string) => ({
  workflowId,
  outcome: 'changed' as const,
  before: 'PENDING' as const,
  after: 'CANCELLED' as const,
  reason: null,
  newWorkflowId: null,
})
const lines = [
  { type: 'begin', head },
  { type: 'plan', targets: ['a', 'b', 'c', 'd'].map(target), settled: [] },
  { type: 'intent', from: 0, count: 2 },
  { type: 'done', rows: [row('a'), row('b')] },
  { type: 'intent', from: 2, count: 2 },
].map((line) => `${JSON.stringify(line)}\n`)

test('a ledger tells what is done, and what was begun and not confirmed', () => {
  const state = parseLedger(lines.join(''), 'file')
  expect(state?.done.map(({ workflowId }) => workflowId)).toEqual(['a', 'b'])
  expect([...(state?.inDoubt ?? [])]).toEqual(['c', 'd'])
  expect(state?.plan?.targets).toHaveLength(4)
})

test('a ledger that was cut off anywhere is read up to the last whole line', () => {
  const text = lines.join('')
  for (let length = 0; length <= text.length; length++) {
    const cut = parseLedger(text.slice(0, length), 'file')
    const whole = lines.filter((_, index) => lines.slice(0, index + 1).join('').length - 1 <= length).length
    expect(cut !== undefined).toBe(whole >= 1)
    expect(cut?.plan !== undefined).toBe(whole >= 2)
    expect(cut?.done.length ?? 0).toBe(whole >= 4 ? 2 : 0)
    // And it can be written on after the line was ended.
    const fixed = parseLedger(`${text.slice(0, length)}\n${lines.join('')}`, 'file')
    expect(fixed?.done.length).toBeGreaterThanOrEqual(2)
  }
})

test('a file that is no ledger, and the ledger of another run, are refused', () => {
  expect(() => parseLedger('hello\n', '/x')).toThrow("/x is not a ledger of drover's.")
  expect(() => parseLedger('{"a":1}\n', '/x')).toThrow("line 1 of /x is not a line of a ledger of drover's")
  requireSameRun(head, { ...head }, '/x')
  expect(() => requireSameRun(head, { ...head, request: '--name y' }, '/x')).toThrow(
    '/x is the ledger of another run in db.',
  )
})

test.each([
  '{"type":"plan"}',
  '{"type":"plan","targets":[{}],"settled":[]}',
  '{"type":"done","rows":[null]}',
  '{"type":"intent","from":-1,"count":2}',
  '{"type":"later"}',
  '[]',
  '7',
])('a whole line of a ledger that says %s is refused by its number', (line) => {
  expect(() => parseLedger(`${lines[0]}${line}\n`, '/x')).toThrow('line 2 of /x is not a line of a ledger')
})
