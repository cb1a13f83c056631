import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'
import { type Host, startHost } from './host-process.ts'

const fixtures = path.join(import.meta.dirname, '../fixtures')

let own: TestDatabase
let foreign: TestDatabase
let empty: TestDatabase
const hosts: Host[] = []

beforeAll(async () => {
  own = await createTestDatabase()
  foreign = await createTestDatabase({ own: false })
  empty = await createTestDatabase({ own: false, empty: true })
})

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()))
})

afterAll(async () => {
  await Promise.all([own?.drop(), foreign?.drop(), empty?.drop()])
})

async function load(specifier = 'work.mjs'): Promise<Host> {
  const host = await startHost(specifier, { cwd: fixtures })
  hosts.push(host)
  return host
}

const queuesOf = (database: TestDatabase) =>
  database.query('select name, polling_interval_sec, application_name from dbos.queues order by name')

const ended = (database: TestDatabase, workflowId: string) =>
  waitUntil(`${workflowId} ended`, async () => {
    const [row] = await database.query('select status from dbos.workflow_status where workflow_uuid = $1', [
      workflowId,
    ])
    return row?.status === 'SUCCESS'
  })

test('a database of our own gets the queue drover, which all its applications share', async () => {
  const [host, other] = await Promise.all([load(), load('talkative.cjs')])
  await host.launch({ database: own.target })
  await other.launch({ database: own.target, application: 'talkative' })
  expect(await queuesOf(own)).toEqual([{ name: 'drover', polling_interval_sec: 0.1, application_name: null }])
  await host.start({ name: 'workByQueue', workflowId: 'by-drover', args: ['drover'] })
  await ended(own, 'by-drover')
})

test('several that launch at the same time migrate an empty database of our own once', async () => {
  const loaded = await Promise.all([load(), load(), load(), load()])
  await Promise.all(loaded.map((host) => host.launch({ database: empty.target })))
  expect(await queuesOf(empty)).toEqual([
    { name: 'drover', polling_interval_sec: 0.1, application_name: null },
  ])
})

test('a database of others is neither migrated nor given queues', async () => {
  const database = await createTestDatabase({ own: false, empty: true })
  const host = await load()
  await expect(host.launch({ database: database.target, own: false })).rejects.toMatchObject({
    code: 'schema-unsupported',
  })
  expect(await database.query(`select from pg_namespace where nspname = 'dbos'`)).toEqual([])
  expect(
    await database.query(
      `select from pg_stat_activity where datname = current_database() and application_name <> 'drover-test'`,
    ),
  ).toEqual([])
  await database.drop()

  await host.launch({ database: foreign.target, own: false, queues: [] })
  expect(await queuesOf(foreign)).toEqual([])
})

test('a queue of another application is told with its owner and what to type', async () => {
  const publisher = path.join(import.meta.dirname, '../../examples/publisher/publisher.ts')
  await own.query(
    `insert into dbos.queues (name, application_name) values ('publisher_example_tasks', 'shop')`,
  )
  const host = await load(publisher)
  const message = `publisher cannot be launched in ${own.target.label}: the queue publisher_example_tasks there belongs to the application shop.`
  await expect(host.launch({ database: own.target })).rejects.toMatchObject({
    code: 'name-taken',
    message,
    hint: 'give publisher a system database of its own, with --db-url; or free the name: drover queues delete publisher_example_tasks',
  })
  await expect(host.launch({ database: { ...own.target, embedded: 'shop' } })).rejects.toMatchObject({
    hint: 'give publisher a database of its own: --database publisher; or free the name: drover queues delete publisher_example_tasks --database shop',
  })
  await own.query(`delete from dbos.queues where name = 'publisher_example_tasks'`)
})

test('a queue to create belongs to the application and is polled, and another application is refused', async () => {
  const [host, other] = await Promise.all([load(), load('talkative.cjs')])
  const options = {
    database: foreign.target,
    own: false,
    queues: [],
    createQueue: { name: 'orders', concurrency: 2 },
  }
  await host.launch(options)
  expect(await queuesOf(foreign)).toEqual([
    { name: 'orders', polling_interval_sec: 1, application_name: 'work' },
  ])
  await host.start({ name: 'workByQueue', workflowId: 'by-orders', args: ['orders'] })
  await ended(foreign, 'by-orders')
  await expect(other.launch({ ...options, application: 'talkative' })).rejects.toMatchObject({
    code: 'invalid-argument',
    message: 'The queue orders belongs to the application work.',
  })
})

test('without a version DBOS computes it from the source', async () => {
  const host = await load()
  const { version } = await host.launch({ database: foreign.target, own: false, version: undefined })
  expect(version).toMatch(/^[0-9a-f]{32}$/)
})

test('a database that does not answer is unreachable, and its password is not told', async () => {
  const host = await load()
  const database = {
    ...own.target,
    url: 'postgresql://ada:secret@127.0.0.1:1/x',
    label: '127.0.0.1:1/x',
  }
  await expect(host.launch({ database })).rejects.toMatchObject({
    code: 'database-unreachable',
    message: 'Cannot connect to 127.0.0.1:1/x: connect ECONNREFUSED 127.0.0.1:1.',
  })
})

test('what drover enqueues is taken at once, also from a queue that is polled once in an hour', async () => {
  await own.query(
    `insert into dbos.queues (name, polling_interval_sec, application_name) values ('hourly', 3600, 'woken')`,
  )
  const host = await load()
  const { application, version } = await host.launch({
    database: own.target,
    application: 'woken',
    queues: ['hourly'],
  })
  const store = await openStore(own.target)
  try {
    const request = { name: 'work', workflowId: 'woken', args: [1, 0], queue: 'hourly', application, version }
    // Whoever may connect may write there what he likes.
    await own.query(
      `select pg_notify('drover_enqueued', text) from unnest($1::text[]) text
       union all select pg_notify('drover_enqueued', 'dbos nowhere ' || n) from generate_series(1, 5000) n`,
      [['', 'dbos', '{"', 'x'.repeat(7999), `dbos ${'é'.repeat(3000)}`, 'dbos __proto__', 'dbos \u001b[2J']],
    )
    expect(await store.start(request)).toBe('started')
    await ended(own, 'woken')
    const copy = { workflowId: 'woken', status: 'SUCCESS', newWorkflowId: 'copied', queue: 'hourly' } as const
    await store.manage('fork', [copy])
    await ended(own, 'copied')
    await store.start({ ...request, workflowId: 'delayed', delayMs: 3_600_000 })
    await store.manage('reschedule', [{ workflowId: 'delayed', status: 'DELAYED', delayUntilMs: 0 }])
    await ended(own, 'delayed')
    expect(host.output).toEqual({ stdout: '', stderr: '' })
  } finally {
    await store.close()
  }
})
