import { wfQueueRunner } from '@dbos-inc/dbos-sdk/internal/wfqueue'
import { afterEach, expect, test } from 'vitest'
import type { QueueRunner } from '../../../src/runtime/queues/queue-runner.ts'
import { takeQueueRunner } from '../../../src/runtime/queues/wake-queues.ts'
import { waitUntil } from '../../support/wait-until.ts'

type Runner = typeof wfQueueRunner

const hourSeconds = 3600
const unlimited = {
  pollingIntervalSec: hourSeconds,
  rateLimitMax: null,
  rateLimitPeriodSec: null,
  partitionRateLimitMax: null,
  partitionRateLimitPeriodSec: null,
}
const stops: (() => void)[] = []

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

interface Polled {
  readonly name: string
  readonly concurrency?: number
  readonly pollingIntervalSec?: number
}

/** The loop of the SDK, on queues that it looks at once an hour, with `claim` in place of its database. */
function startLoop(queues: readonly Polled[], claim: (queue: string) => Promise<string[]> = async () => []) {
  const runner = new (wfQueueRunner.constructor as new () => Runner)()
  const looks: string[] = []
  const dispatched: string[] = []
  const warnings: string[] = []
  const executor = {
    logger: { info: () => {}, warn: (line: string) => warnings.push(line) },
    systemDatabase: {
      listQueues: async () => queues.map((queue) => ({ ...unlimited, ...queue })),
      transitionDelayedWorkflows: async () => {},
      countRunningWorkflowsForQueue: () => 0,
      findAndMarkStartableWorkflows: async ({ name }: Polled) => {
        looks.push(name)
        return await claim(name)
      },
    },
    dispatchDequeuedWorkflows: async (ids: readonly string[]) => void dispatched.push(...ids),
  }
  const start = () => {
    stops.push(() => runner.stop())
    void runner.dispatchLoop(executor as unknown as Parameters<Runner['dispatchLoop']>[0], null)
  }
  return { runner: runner as unknown as QueueRunner, looks, dispatched, warnings, start }
}

test('a queue that was announced is looked at, and no other', async () => {
  const { runner, looks, dispatched, start } = startLoop([{ name: 'mails' }, { name: 'calls' }], async () => [
    'one',
  ])
  let claims = 0
  const waker = takeQueueRunner(runner, { onClaim: () => claims++ })
  start()
  await waitUntil('it turns', () => waker.hearsClaims())
  waker.wake('nowhere')
  waker.wake('mails')
  await waitUntil('it claimed', () => dispatched.length > 0)
  expect({ looks, dispatched, claims }).toEqual({ looks: ['mails'], dispatched: ['one'], claims: 1 })
})

test('what is announced during a look is looked for after it', async () => {
  let endFirst = (_: string[]): void => {}
  const first = new Promise<string[]>((resolve) => {
    endFirst = resolve
  })
  const answers = [first, ['late']]
  const { runner, looks, dispatched, start } = startLoop(
    [{ name: 'mails' }],
    async () => (await answers.shift()) ?? [],
  )
  const waker = takeQueueRunner(runner)
  start()
  await waitUntil('it turns', () => waker.hearsClaims())
  waker.wake('mails')
  await waitUntil('it looks', () => looks.length === 1)
  waker.wake('mails')
  endFirst([])
  await waitUntil('it looks again', () => dispatched.length > 0)
})

test('ten thousand announcements cost a look each fiftieth of a second, and the last is not lost', async () => {
  const { runner, looks, start } = startLoop([{ name: 'mails' }])
  const waker = takeQueueRunner(runner)
  start()
  await waitUntil('it turns', () => waker.hearsClaims())
  const beganMs = performance.now()
  for (let count = 0; count < 10_000; count++) waker.wake('mails')
  await waitUntil('it looked', () => looks.length > 0)
  for (let count = 0; count < 10_000; count++) waker.wake('mails')
  const before = looks.length
  await waitUntil('it looked after the last', () => looks.length > before)
  const passedMs = performance.now() - beganMs
  // A timer may fire a millisecond early.
  expect(looks.length).toBeLessThanOrEqual(1 + passedMs / 49)
})

test('workers that refuse each other because they were woken look no less often from then on', async () => {
  const { runner, looks, warnings, start } = startLoop([{ name: 'mails', concurrency: 1 }], async () => {
    throw Object.assign(new Error('could not obtain lock'), { code: '55P03' })
  })
  const waker = takeQueueRunner(runner, { random: () => 0.1 })
  start()
  await waitUntil('it turns', () => waker.hearsClaims())
  waker.wake('mails')
  await waitUntil('it backed off', () => warnings.length === 2)
  const state = runner.states.get('mails')
  await waitUntil('that is forgotten', () => state?.currentPollingMs === hourSeconds * 1000)
  waker.wake('mails')
  await waitUntil('it looks again', () => looks.length === 2)
})

test('the queue drover is looked at less often once nothing comes, and as before once something does', async () => {
  let nowMs = 0
  const { runner, start } = startLoop([
    { name: 'drover', pollingIntervalSec: 0.1 },
    { name: 'mails', pollingIntervalSec: 0.1 },
  ])
  const waker = takeQueueRunner(runner, { now: () => nowMs })
  start()
  const aheadOf = (name: string) => (runner.states.get(name)?.nextPollAt ?? 0) - Date.now()
  await waitUntil('both are looked at as often', () => waker.hearsClaims() && aheadOf('drover') < 110)
  nowMs = 10_000
  await waitUntil('the next look is later', () => aheadOf('drover') > 110)
  expect(aheadOf('mails')).toBeLessThan(110)
})

test.each([
  ['nothing', undefined],
  ['another one', { scheduleDueQueues: () => {}, states: new Map() }],
  ['one without states', { scheduleDueQueues: (...all: unknown[]) => all }],
  ['a null', null],
])('%s in place of the loop is left alone', (_, runner) => {
  const before = { ...runner }
  const waker = takeQueueRunner(runner)
  waker.wake('mails')
  expect(waker.hearsClaims()).toBe(false)
  waker.stop()
  expect({ ...runner }).toEqual(before)
})

test('a loop of tomorrow with other parameters goes on as it would', () => {
  const calls: unknown[][] = []
  const runner = {
    states: new Map([['mails', { next: 1 }]]),
    scheduleDueQueues: (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown) =>
      calls.push([a, b, c, d, e]),
  }
  const waker = takeQueueRunner(runner)
  const schedule = runner.scheduleDueQueues
  waker.wake('mails')
  schedule({}, 1, 2, [], () => {})
  schedule(undefined, 1, 2, new Map(), () => {})
  expect({ calls: calls.length, hears: waker.hearsClaims() }).toEqual({ calls: 2, hears: false })
})

test('what was taken is given back', async () => {
  const { runner } = startLoop([])
  const before = runner.scheduleDueQueues
  const waker = takeQueueRunner(runner)
  expect(runner.scheduleDueQueues).not.toBe(before)
  waker.stop()
  expect(Object.hasOwn(runner, 'scheduleDueQueues')).toBe(false)
  expect(runner.scheduleDueQueues).toBe(before)
})
