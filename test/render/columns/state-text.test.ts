import { expect, test } from 'vitest'
import type { Cause } from '../../../src/core/diagnosis/cause.ts'
import type { ChildCounts } from '../../../src/core/diagnosis/workflow-facts.ts'
import type { Wait, WorkflowError, WorkflowStatus } from '../../../src/core/workflow.ts'
import { describeState, fitState, wholeState } from '../../../src/render/columns/state-text.ts'
import { displayWidth } from '../../../src/render/text.ts'

const now = new Date('2026-01-02T03:04:05.000Z')
const minutes = (count: number) => new Date(now.getTime() + count * 60_000)

interface Given {
  readonly status?: WorkflowStatus
  readonly children?: ChildCounts
  readonly error?: WorkflowError
}

const explained = (cause: Cause, { status = 'PENDING', children, error }: Given = {}) => ({
  ...{ cause, status, name: 'checkout', queue: 'jobs', createdAt: minutes(-3), completedAt: minutes(-1) },
  ...{ children: children ?? null, error: error ?? null },
})
const wait = (given: Partial<Wait>): Wait => ({
  ...{
    workflowId: 'order-1',
    step: 2,
    topic: 'payment',
    prompt: null,
    since: minutes(-4),
    until: minutes(5),
  },
  ...{ isOverdue: false, unreadTopics: [], state: 'waiting', asked: true, request: null },
  ...given,
})
const children = (given: Partial<ChildCounts>): ChildCounts => ({
  ...{ total: 200, succeeded: 196, failed: 4, cancelled: 0, running: 0, queued: 0, isMore: false },
  ...given,
})
const failed = (name: string, message: string): Given => ({ status: 'ERROR', error: { name, message } })
const full = { by: 'concurrency', partition: null, max: 5, running: 5 } as const
const rate = { by: 'rate', partition: 'e\nu', max: 3, periodMs: 1000 } as const

test.each<[Cause, Given, string]>([
  [{ kind: 'succeeded' }, { status: 'SUCCESS' }, '✓ SUCCESS 2m'],
  [{ kind: 'succeeded' }, { children: children({}) }, '✓ 196 of 200 children, 4 ✗ 2m'],
  [{ kind: 'succeeded' }, { children: children({ total: 1, succeeded: 1, failed: 0 }) }, '✓ 1 child 2m'],
  [{ kind: 'failed', step: null }, failed('TypeError', 'no order\n  at x'), '✗ TypeError: no order'],
  [{ kind: 'failed', step: null }, failed('Error', ' image is corrupt'), '✗ image is corrupt'],
  [
    { kind: 'failed', step: null },
    failed(
      'DBOSMaxStepRetriesError',
      'Step call has exceeded its maximum of 3 retries. Previous errors: Error 1: a. Error 2: b. Error 3: ECONNRESET from x',
    ),
    '✗ ECONNRESET from x (3 tries)',
  ],
  [{ kind: 'failed', step: null }, { status: 'ERROR' }, '✗ ERROR'],
  [{ kind: 'dead', attempts: 1 }, {}, '✗ given up after 1 attempt'],
  [{ kind: 'cancelled', deadline: null }, {}, '⊘ CANCELLED'],
  [{ kind: 'cancelled', deadline: now }, {}, '⊘ CANCELLED by its timeout'],
  [{ kind: 'status-unknown', status: 'UNKNOWN (PAUSED)' }, {}, '? UNKNOWN (PAUSED)'],
  [{ kind: 'delayed', until: minutes(118) }, {}, '◌ delayed, in 1h 58m'],
  [{ kind: 'executor-gone', executorId: 'web-2', lastSign: now }, {}, '✗ executor gone → drover recover'],
  [{ kind: 'executor-silent', executorId: 'web-2', since: minutes(-1) }, {}, '! executor web-2 is silent 1m'],
  [{ kind: 'answer-unread', wait: wait({}), isLearned: false }, {}, '? answered, not read yet 5m left'],
  [
    { kind: 'waits-for-message', wait: wait({ prompt: 'Refund 74 €?' }), strays: [], isLearned: false },
    {},
    '? Refund 74 €? 5m left',
  ],
  [
    { kind: 'waits-for-message', wait: wait({ until: null }), strays: [], isLearned: false },
    {},
    '? a message on payment for 4m',
  ],
  [
    { kind: 'waits-for-message', wait: wait({ topic: null }), strays: [], isLearned: false },
    {},
    '? a message without topic 5m left',
  ],
  [
    { kind: 'waits-for-message', wait: wait({ topic: undefined }), strays: [], isLearned: false },
    {},
    '? a message 5m left',
  ],
  [{ kind: 'wait-overdue', wait: wait({ until: minutes(-1) }) }, {}, '! a message on payment overdue by 1m'],
  [{ kind: 'waits-for-event', wait: wait({}) }, {}, '? an event of another workflow 5m left'],
  [{ kind: 'sleeps', until: minutes(61) }, {}, '◌ sleeps 1h left'],
  [{ kind: 'step-runs', step: 0, after: null, since: minutes(-14) }, {}, '▸ step 0 runs 14m'],
  [{ kind: 'due' }, {}, '○ enqueued'],
  [{ kind: 'no-worker', application: 'shop' }, {}, '○ enqueued: no worker of shop'],
  [{ kind: 'queue-missing' }, {}, '○ enqueued: queue jobs is not registered'],
  [{ kind: 'queue-elsewhere', owner: 'mail' }, {}, '○ enqueued: queue jobs belongs to mail'],
  [{ kind: 'partition-missing' }, {}, '○ enqueued: it has no partition of jobs'],
  [{ kind: 'version-gone', version: '1.3.0', live: [] }, {}, '○ enqueued: nobody runs 1.3.0'],
  [{ kind: 'version-overtaken', latest: '2', live: [] }, {}, '○ enqueued: nobody runs the latest, 2'],
  [{ kind: 'queue-full', limit: full, ahead: 3 }, {}, '○ enqueued: jobs runs the 5 it may'],
  [
    { kind: 'queue-full', limit: { ...full, partition: 'eu' }, ahead: 3 },
    {},
    '○ enqueued: partition eu runs the 5 it may',
  ],
  [{ kind: 'queue-full', limit: rate, ahead: 3 }, {}, '○ enqueued: partition e↵u started the 3 it may'],
  [
    { kind: 'queue-full', limit: { ...full, by: 'workerConcurrency' }, ahead: 0 },
    {},
    '○ enqueued: jobs runs the 5 a worker may',
  ],
  [{ kind: 'not-polled' }, {}, '○ enqueued: nobody polls jobs'],
  [
    { kind: 'name-unregistered', executorId: null, meant: null, classes: [], applications: [] },
    {},
    '○ enqueued: no worker registers its name',
  ],
])('%j', (cause, given, expected) => {
  expect(wholeState(explained(cause, given), now)).toBe(expected)
})

test('where there is little room the text gives way and the tail stays, in cells', () => {
  const asked = { kind: 'waits-for-message', strays: [], isLearned: false } as const
  const state = describeState(
    explained({ ...asked, wait: wait({ prompt: '返金 74 € を customer-2@example.com に?' }) }),
    now,
  )
  for (const width of [12, 20, 34, 44, 60]) expect(displayWidth(fitState(state, width))).toBe(width)
  expect(fitState(state, 34)).toMatchInlineSnapshot(`"? 返金 74 € を customer-…  5m left"`)
  expect(fitState(state, 16)).toMatchInlineSnapshot(`"? 返金 74 € を… "`)
})

test('a fan-out of more than are counted says so', () => {
  const many = children({ total: 1000, succeeded: 600, failed: 0, running: 10, queued: 390, isMore: true })
  const cause = { kind: 'step-runs', step: 3, after: null, since: now } as const
  expect(wholeState(explained({ kind: 'succeeded' }, { children: many }), now)).toContain(
    '600 of 1,000+ children',
  )
  expect(wholeState(explained(cause, { children: many }), now)).toBe('▸ 600 of 1,000+ children')
})

test('what the database says cannot act on a terminal', () => {
  const hostile = '\x1b[2Jboom\u202e'
  const cause = { kind: 'failed', step: null } as const
  const text = wholeState(explained(cause, failed('Error', hostile)), now)
  for (const character of ['\x1b', '\u202e']) expect(text).not.toContain(character)
})
