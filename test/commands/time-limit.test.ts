import { expect, onTestFinished, test } from 'vitest'
import type { DatabaseTarget } from '../../src/core/database.ts'
import { CliError } from '../../src/core/errors.ts'
import { migrationUnderWay } from '../../src/core/migration-under-way.ts'
import type { Store } from '../../src/core/store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { oneLook, patience } from '../support/patience.ts'
import { runCli } from '../support/run-cli.ts'
import { waitUntil } from '../support/wait-until.ts'

const here = ['--db-url', 'postgres://localhost/test']

const refused = (isTransient: boolean) =>
  new CliError('database-unreachable', 'Cannot connect to there: refused.', { hint: 'fix it', isTransient })

/** Fails so often before it is up. */
function comingUp(times: number, store: Store = createFakeStore([{ workflowId: 'a', status: 'SUCCESS' }])) {
  let looks = 0
  return {
    looks: () => looks,
    openStore: async () => {
      if (++looks <= times) throw refused(true)
      return store
    },
  }
}

const patient = [
  ['start', ['start', 'order', '--application', 'shop', '--id', 'new', '--wait', '--timeout', '60s']],
  ['wait', ['wait', 'a', '--timeout', '60s']],
  ['send', ['send', 'a', 'hello', '--force', '--timeout', '60s']],
  ['doctor', ['doctor', '--wait', '--timeout', '60s']],
] as const

test.each(patient)('%s waits for a database that is on its way, and says so once', async (verb, argv) => {
  const store = createFakeStore([{ workflowId: 'a', status: 'SUCCESS' }])
  const { openStore, looks } = comingUp(3, store)
  const interrupt = new AbortController()
  const running = runCli([...argv, ...here], { openStore, interrupt: interrupt.signal })
  if (verb === 'start') {
    await expect.poll(() => store.started.length, { timeout: patience() }).toBe(1)
    store.end('new', 'SUCCESS', { output: 7 })
  }
  const run = await running
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 })
  expect(looks()).toBe(4)
  expect(run.stderr.match(/Waiting up to 60s: Cannot connect to there: refused\./g)).toHaveLength(1)
})

test.each(patient)('%s gives the reason and its code when the time is over', async (_, argv) => {
  const { openStore } = comingUp(Number.POSITIVE_INFINITY)
  const run = await runCli([...argv.slice(0, -1), '120ms', ...here], { openStore })
  expect(run.code).toBe(69)
  expect(run.stderr + run.stdout).toContain('Cannot connect to there: refused (still so after 120ms).')
})

test.each(patient)('%s fails at once at what no waiting fixes, and without --timeout', async (verb, argv) => {
  let looks = 0
  const openStore = async () => {
    looks++
    throw refused(false)
  }
  if (verb !== 'doctor') expect((await runCli([...argv, ...here], { openStore })).code).toBe(69)
  const without = argv.filter((word) => !['--timeout', '60s'].includes(word))
  const once = comingUp(1)
  if (verb !== 'doctor') expect((await runCli([...without, ...here], once)).code).toBe(69)
  else expect((await runCli(['doctor', ...here], once)).code).toBe(69)
  expect([looks, once.looks()]).toEqual([verb === 'doctor' ? 0 : 1, 1])
})

test.each(patient)('ctrl-c ends the waiting of %s at once', async (_, argv) => {
  const interrupt = new AbortController()
  const { openStore, looks } = comingUp(Number.POSITIVE_INFINITY)
  const running = runCli([...argv.slice(0, -1), '1h', ...here], { openStore, interrupt: interrupt.signal })
  await expect.poll(looks, { timeout: patience() }).toBeGreaterThan(0)
  interrupt.abort('SIGINT')
  expect((await running).code).toBe(130)
})

test('the end of a migration is waited for, whose tables can be read already', async () => {
  const store = createFakeStore([{ workflowId: 'a' }])
  let looks = 0
  const openStore = async ({ refuseMigrating }: DatabaseTarget) => {
    if (++looks < 3 && refuseMigrating) throw migrationUnderWay('there')
    return store
  }
  const run = await runCli(['send', 'a', 'hello', '--timeout', '60s', ...here], { openStore })
  expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('a migration is under way') })
  expect([looks, store.sent.length]).toEqual([3, 1])
  expect((await runCli(['send', 'a', 'hello', ...here], { openStore })).code).toBe(0)
})

test('it looks again after 50 ms, and then ever more seldom up to every half second', async () => {
  const slept: number[] = []
  await runCli(['wait', 'a', '--timeout', '60s', ...here], { openStore: comingUp(6).openStore, slept })
  expect(slept).toEqual([50, 100, 200, 400, 500, 500])
})

test('an unknown id is 4 at once, however long one may wait', async () => {
  const store = createFakeStore()
  expect((await runCli('wait nobody --timeout 1h', { store })).code).toBe(4)
  expect((await runCli('send nobody hello --timeout 1h', { store })).code).toBe(4)
})

test('doctor --wait looks until nothing fails, else gives the last findings and their code', async () => {
  const lost = { workflowId: 'a', name: 'order', executorId: 'pod-3' }
  const createLost = () => createFakeStore([lost], { gone: ['pod-3'] })
  const bad = await runCli('doctor -o json', { store: createLost() })
  expect(bad.code).toBe(5)
  const late = await runCli('doctor --wait --timeout 120ms -o json', { store: createLost() })
  expect({ code: late.code, stdout: late.stdout }).toEqual({ code: 5, stdout: bad.stdout })
  const store = createLost()
  let looks = 0
  const openStore = async () => {
    if (++looks === 3) store.end('a', 'SUCCESS')
    return store
  }
  expect((await runCli(['doctor', '--wait', '--timeout', '60s', ...here], { openStore })).code).toBe(0)
  expect(looks).toBe(3)
  expect((await runCli('doctor --timeout 1s', { store })).code).toBe(2)
})

const executor = (application: string | null, version = 'v1') => ({
  executorId: 'one',
  application,
  version,
  since: new Date(0),
})

/** A store on which the first worker comes at the second look. */
function withFirstWorker(store: Store): Store {
  let looks = 0
  return { ...store, executors: async () => (++looks < 2 ? [] : store.executors()) }
}

test('start --timeout waits for the first executor, which tells the application and the version', async () => {
  const store = createFakeStore([], { own: false, executors: [executor('shop')] })
  const running = runCli('start fresh --id new --wait --timeout 1h', { store: withFirstWorker(store) })
  await waitUntil('it is started', () => store.started.length > 0)
  store.end('new', 'SUCCESS', { output: 7 })
  const run = await running
  expect(store.started).toMatchObject([{ application: 'shop', version: 'v1' }])
  expect(run).toMatchObject({ code: 0, stdout: '7\n' })
  expect(run.stderr.match(/^Waiting up to 1h: No application is live/gm)).toHaveLength(1)
})

test('start --timeout starts nothing where no worker came: 124, with the reason', async () => {
  const store = createFakeStore([{ workflowId: 'a', name: 'order' }], { own: false })
  expect(await runCli(`start order --wait --timeout ${oneLook()}`, { store })).toMatchObject({
    code: 124,
    stderr: expect.stringContaining('nothing was started (still so after '),
  })
  expect(await runCli(`start fresh --wait --timeout ${oneLook()}`, { store })).toMatchObject({ code: 124 })
  expect(store.started).toEqual([])
  await runCli(`start order --app-version v1 --wait --timeout ${oneLook()}`, { store })
  expect(store.started).toMatchObject([{ version: 'v1' }])
})

test('start --strict --timeout waits for who would take it, else it is 9 as ever', async () => {
  const store = createFakeStore([], { queues: ['q'], executors: [executor('shop')] })
  const { outlook } = store
  let looks = 0
  const later: Store = {
    ...store,
    outlook: async (place) => ({ ...(await outlook(place)), ...(++looks < 3 ? { executors: [] } : {}) }),
  }
  const line = 'start order --queue q --application shop --app-version v1 --strict --wait --timeout'
  await runCli(`${line} 400ms`, { store: later })
  expect(store.started).toHaveLength(1)
  const empty = createFakeStore([], { queues: ['q'] })
  expect((await runCli(`${line} 120ms`, { store: empty })).code).toBe(9)
})

test('the application is the only one that registered a version, where no run and no worker tells it', async () => {
  const versions = ['v1', 'v2'].map((version) => ({
    version,
    application: 'shop',
    registeredAt: new Date(0),
    isLatest: version === 'v2',
  }))
  const store = createFakeStore([], { versions })
  expect((await runCli('start fresh', { store })).code).toBe(0)
  expect(store.started).toMatchObject([{ application: 'shop' }])
  const [first] = versions
  const other = createFakeStore([], {
    versions: [...versions, { ...first, version: 'w', application: 'mail' } as never],
  })
  expect((await runCli('start fresh', { store: other })).code).toBe(2)
})

test('looking again for long leaves no listeners behind', async () => {
  const warned: string[] = []
  const listen = (warning: Error): void => void warned.push(warning.name)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const { openStore } = comingUp(30)
  const slept: number[] = []
  expect((await runCli(['wait', 'a', '--timeout', '60s', ...here], { openStore, slept })).code).toBe(0)
  expect(slept).toHaveLength(30)
  await new Promise(setImmediate)
  expect(warned).toEqual([])
})
