import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRecentMetrics } from '../../src/core/metrics/gather-metrics.ts'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'

const filled = ['workflow_status', 'operation_outputs', 'notifications']

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ own: true })
  // It makes the index on names.
  await (await openStore(database.target)).close()
  for (const table of filled) {
    await database.query(`alter table dbos.${table} set (autovacuum_enabled = off)`)
  }
})
afterAll(() => database.drop())

/** Steps and a message for each; who is active, one in four of each status and of those that wait for something. */
async function fill(first: number, count: number, isActive: boolean): Promise<void> {
  // A session counts what it touched when it ends, at the latest.
  const client = new pg.Client({ connectionString: database.target.url })
  await client.connect()
  const status = isActive
    ? `(array['PENDING', 'PENDING', 'ENQUEUED', 'DELAYED'])[1 + n % 4]`
    : `(array['SUCCESS', 'SUCCESS', 'ERROR', 'CANCELLED'])[1 + n % 4]`
  const rows = `(select n, 'w-' || md5(n::text) as id, ${status} as status from generate_series(${first}, ${first + count - 1}) n) w`
  const now = `(extract(epoch from now()) * 1000)::bigint - 1000000`
  await client.query(`insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version,
      application_name, queue_name, created_at, started_at_epoch_ms, completed_at, updated_at, serialization)
    select id, status, 'name-' || n % 5, 'executor-' || n % 3, 'v' || n % 2, 'shop', case when n % 3 > 0 then 'queue-' || n % 3 end,
      ${now} + n, ${now} + n, case when ${!isActive} then ${now} + n end, ${now} + n, 'portable_json' from ${rows}`)
  await client.query(`insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization,
      started_at_epoch_ms, completed_at_epoch_ms)
    select id, s, case s when 3 then 'DBOS.sleep' else 'work' end, '99999999999999', 'portable_json', n, n
    from ${rows}, (values (0), (1), (3)) steps(s) where status = 'PENDING' or n % 10 = 0`)
  await client.query(`insert into dbos.notifications (destination_uuid, topic, message, serialization, consumed, consumed_by_function_id)
    select id, 'paid', 'true', 'portable_json', ${!isActive}, 2 from ${rows} where n % 3 = 0`)
  await settle(client)
  await client.end()
}

/** A vacuum of the catalogue that runs meanwhile keeps pages from being known as visible to all: those are read once more. */
async function settle(client: pg.Client): Promise<void> {
  await waitUntil('every page is known to be visible', async () => {
    await client.query('vacuum (analyze, index_cleanup on)')
    const { rows } = await client.query(
      `select bool_and(relallvisible >= relpages) as is_known from pg_class
       where relnamespace = 'dbos'::regnamespace and relname = any($1)`,
      [filled],
    )
    return rows[0]?.is_known === true
  })
}

/** Buffers of the tables of DBOS that a session touches which does only this. */
async function buffersOf(use: (store: Store) => Promise<unknown>): Promise<number> {
  const before = await touched()
  // What no index fits is read whole then, too, by way of one: with few rows Postgres would read those that fit whole.
  const url = new URL(database.target.url)
  url.searchParams.set('options', '-c enable_seqscan=off')
  const store = await openStore({ ...database.target, url: url.href })
  await use(store)
  await store.close()
  return (await touched()) - before
}

async function touched(): Promise<number> {
  await waitUntil('other sessions are gone', async () => {
    const [row] = await database.query(
      `select count(*)::int as others from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and application_name <> 'drover-test'`,
    )
    return row?.others === 0
  })
  const [row] =
    await database.query(`select sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0)) as blocks
    from pg_statio_all_tables where schemaname = 'dbos'`)
  return Number(row?.blocks)
}

const questions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  queues: (store) => store.queues(),
  'scan of executors': (store) => store.scanExecutors(),
  health: (store) => store.health(),
  inbox: (store) => store.inbox({ limit: 20 }),
  'a scrape': (store) => readRecentMetrics({ store, isRecorded: false }),
  'active by version': (store) => store.countBy({ status: ['PENDING', 'ENQUEUED', 'DELAYED'] }, 'version'),
  'list of what is active': (store) => store.list({ status: ['PENDING', 'ENQUEUED', 'DELAYED'], limit: 20 }),
  'names that ran': (store) => store.knownNames(100),
  'origins of a name': (store) => store.origins('name-1'),
  'origins of a new name': (store) => store.origins('never'),
  'language of a name': (store) => store.lastRanPortable('never'),
  situation: async (store) =>
    store.situations([(await store.list({ status: 'PENDING', limit: 1 }))[0]?.workflowId ?? '']),
  'situation of one enqueued': async (store) =>
    store.situations([(await store.list({ status: 'ENQUEUED', limit: 1 }))[0]?.workflowId ?? '']),
}

/** Those that look at all that is active. */
const ofActive = ['queues', 'scan of executors', 'health', 'inbox', 'a scrape'] as const

async function measure(names: readonly string[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const name of names)
    found[name] = await buffersOf(questions[name] as (store: Store) => Promise<unknown>)
  return found
}

test('twice as many ended workflows cost no more buffers', async () => {
  await database.query(`insert into dbos.queues (name) values ('queue-1'), ('queue-2')`)
  await fill(1, 200, true)
  await fill(1001, 11_000, false)
  const before = await measure(Object.keys(questions))
  await fill(20_001, 11_000, false)
  const after = await measure(Object.keys(questions))
  const grown = Object.keys(questions).filter((name) => (after[name] ?? 0) > 1.5 * (before[name] ?? 0) + 40)
  expect(grown.map((name) => [name, before[name], after[name]])).toEqual([])
})

test('of thousands that are active each costs at most three buffers, where indexes are small, and nothing once it has ended', async () => {
  const before = await measure(ofActive)
  const added = 2000
  await fill(40_001, added, true)
  const after = await measure(ofActive)
  const dear = ofActive.filter((name) => (after[name] ?? 0) > 3 * added + (before[name] ?? 0))
  expect(dear.map((name) => [name, before[name], after[name]])).toEqual([])
  expect(after['a scrape']).toBeLessThan(1.1 * (after.inbox ?? 0) + 40)
  await endAllFrom(40_001, added)
  const ended = await measure(ofActive)
  const grown = ofActive.filter((name) => (ended[name] ?? 0) > 1.5 * (before[name] ?? 0) + 40)
  expect(grown.map((name) => [name, before[name], ended[name]])).toEqual([])
})

async function endAllFrom(first: number, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: database.target.url })
  await client.connect()
  await client.query(
    `update dbos.workflow_status set status = 'SUCCESS', completed_at = 1
     where workflow_uuid in (select 'w-' || md5(n::text) from generate_series($1::int, $2) n)`,
    [first, first + count - 1],
  )
  await settle(client)
  await client.end()
}
