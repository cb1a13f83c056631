import { expect, test } from 'vitest'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const minute = (number: number) => new Date(Date.UTC(2026, 0, 2, 3, number))
const now = minute(10)
type Options = NonNullable<Parameters<typeof createFakeStore>[1]>

const shop = (options: Options = {}) =>
  createFakeStore(
    [
      { workflowId: 'a', queue: 'mails', status: 'ENQUEUED', createdAt: minute(1), application: 'shop' },
      { workflowId: 'c', queue: 'mails', createdAt: minute(3), application: 'shop' },
      { workflowId: 'd', queue: 'in code', createdAt: minute(3), application: 'shop' },
    ],
    { queues: ['mails', 'idle'], now: () => now, ...options },
  )

/** Something happens each time that the command has looked and waits to look again. */
function whenItSleeps(happen: () => void): number[] {
  const push = () => {
    happen()
    return 0
  }
  return Object.assign([], { push })
}

test('a queue is paused and resumed, and its limit comes back', async () => {
  const store = shop()
  await runCli('queues set mails --worker-concurrency 3', { store })
  expect(await runCli('queues pause mails', { store })).toMatchObject({
    code: 0,
    stderr: 'The queue mails is paused: what runs goes on, and nothing more is taken.\n',
  })
  expect(
    (await runCli('queues', { store, isTerminal: true, now: minute(15), columns: 90 })).stdout,
  ).toMatchInlineSnapshot(`
    "QUEUE  WAITING  RUNNING  DELAYED   OLDEST  STATE            LIMITS        WAITING, 1H
    idle         0        0
    mails        1        1           14m ago  ‖ paused 5m ago  3 per worker  ▁▁▁▁▁▁▁▁▁▁▁██
    "
  `)
  expect(await runCli('queues pause mails', { store })).toMatchObject({
    code: 9,
    stderr: 'error: The queue mails is paused already.\nhint: drover queues resume mails\n',
  })
  const { stdout } = await runCli('queues resume mails -o json', { store })
  expect(JSON.parse(stdout)).toMatchObject({ workerConcurrency: 3, pause: null })
  expect((await runCli('queues resume mails', { store })).code).toBe(9)
})

test('a queue that is made in code is refused by name', async () => {
  const { code, stderr } = await runCli(['queues', 'pause', 'in code'], { store: shop() })
  expect(code).toBe(9)
  expect(stderr).toContain('The queue in code is in the source of its application')
  expect((await runCli('queues pause mials', { store: shop() })).stderr).toContain('did you mean mails?')
})

test('where nothing can be put on record this user remembers the limit', async () => {
  const store = shop({ pauseGuard: 'none' })
  const written: Record<string, string> = {}
  await runCli('queues set mails --worker-concurrency 3', { store })
  const { code, stderr } = await runCli('queues pause mails', { store, written, now })
  expect(code).toBe(0)
  expect(stderr).toContain('warning: a worker that restarts ends this pause')
  const others = await runCli('queues resume mails', { store })
  expect(others).toMatchObject({ code: 2 })
  expect(others.stderr).toContain('hint: drover queues resume mails --worker-concurrency none')
  const { stdout } = await runCli('queues resume mails -o json', { store, written })
  expect(JSON.parse(stdout)).toMatchObject({ workerConcurrency: 3 })
  expect(written).toEqual({ '/home-of-drover/paused-queues.json': '{}\n' })
})

test('a pause that a restart ended is told by queues and doctor, and resume forgets it', async () => {
  const store = shop({ pauseGuard: 'none' })
  const written: Record<string, string> = {}
  await runCli('queues pause mails', { store, written, now })
  await store.resumeQueue('mails', 4)
  const listed = await runCli('queues -o jsonl', { store, written })
  expect(JSON.parse(listed.stdout.split('\n')[1] ?? '')).toMatchObject({
    workerConcurrency: 4,
    pause: { isOver: true, isGuarded: false },
  })
  const { stdout } = await runCli('doctor -o json', { store, written, now })
  expect(JSON.parse(stdout)).toContainEqual({
    check: 'pauses',
    verdict: 'warn',
    message: 'the queue mails was paused, and a worker that restarted ended that: it is taken from',
    fix: 'drover queues pause mails',
  })
  expect(await runCli('queues resume mails', { store, written })).toMatchObject({
    code: 0,
    stderr: 'The queue mails was taken from already: a worker that restarted had ended its pause.\n',
  })
  expect(JSON.parse((await runCli('doctor -o json', { store, written, now })).stdout)).not.toContainEqual(
    expect.objectContaining({ check: 'pauses' }),
  )
})

test('explain, list and start tell that its queue is paused', async () => {
  const worker = { executorId: 'pod-1', application: 'shop', version: 'v1', since: minute(0) }
  const store = shop({
    queueStates: { mails: { isRegistered: true, workerConcurrency: 0 } },
    executors: [worker],
  })
  const { stdout } = await runCli('explain a', { store, now })
  expect(stdout).toContain('The queue "mails" is paused: no worker takes anything from it.')
  expect(stdout).toContain('drover queues resume mails')
})

test('drain waits until nothing waits or runs', async () => {
  const store = shop()
  const slept = whenItSleeps(() => {
    store.end('a', 'SUCCESS')
    store.end('c', 'SUCCESS')
  })
  const { code, stdout, stderr } = await runCli('queues drain mails -o json', { store, slept })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'Waiting: The queue mails is not empty: 1 waits, 1 runs.\nThe queue mails is empty.\n',
  })
  expect(JSON.parse(stdout)).toMatchObject({ name: 'mails', enqueued: 0, running: 0 })
})

test('drain gives up with 124, and says what is left', async () => {
  const { code, stderr } = await runCli('queues drain mails --timeout 20ms', { store: shop() })
  expect(code).toBe(124)
  expect(stderr).toContain('The queue mails is not empty: 1 waits, 1 runs (still so after 20ms).')
  expect(stderr).toContain('hint: drover list --queue mails')
})

test('a paused queue never empties, and what runs on it ends', async () => {
  const store = shop()
  await store.pauseQueue('mails')
  const { code, stderr } = await runCli('queues drain mails', { store })
  expect(code).toBe(9)
  expect(stderr).toContain('hint: drover queues resume mails, or drover queues drain mails --running')
  const slept = whenItSleeps(() => store.end('c', 'SUCCESS'))
  const drained = await runCli('queues drain mails --running', { store, slept })
  expect(drained).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing runs on mails.\n') })
})

test('ctrl-c ends the waiting', async () => {
  const interrupt = new AbortController()
  const draining = runCli('queues drain mails', { store: shop(), interrupt: interrupt.signal })
  interrupt.abort('SIGINT')
  expect((await draining).code).toBe(130)
})
