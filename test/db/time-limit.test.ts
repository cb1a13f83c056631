import { randomUUID } from 'node:crypto'
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase, urlOfDatabase } from '../support/database.ts'
import { launchDbos } from '../support/launch-dbos.ts'
import { runCli } from '../support/run-cli.ts'
import { waitUntil } from '../support/wait-until.ts'

/** The command in this process on a real database, and how often it looked. */
function runPatiently(line: string, url: string) {
  let looks = 0
  const run = runCli([...line.split(' '), '--db-url', url], {
    openStore: (target) => {
      looks++
      return openStore(target)
    },
  })
  return { run, hasLooked: () => waitUntil('it has looked twice', () => looks >= 2) }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

test('from nothing: a database that does not exist, its tables and a first worker are waited for', async () => {
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const url = urlOfDatabase(inject('serverUrl'), name)
  DBOS.registerWorkflow(async (count: number) => count + 1, { name: 'addOne' })
  const { run, hasLooked } = runPatiently('start addOne 6 --wait --timeout 10m', url)
  await hasLooked()
  onTestFinished(async () => {
    await DBOS.shutdown()
    const server = await connect(inject('serverUrl'))
    await server.query(`drop database if exists ${name} with (force)`)
  })
  await launchDbos({ target: { url } } as TestDatabase)
  const { code, stdout, stderr } = await run
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: '7\n' })
  expect(stderr).toContain(`Waiting up to 10m: Cannot connect to`)
  expect(stderr).toContain(`database "${name}" does not exist`)
  expect(stderr).not.toContain('too old')
})

test('a migration under way is called so, and its end is waited for', async () => {
  const database = await createTestDatabase({ own: false })
  onTestFinished(() => database.drop())
  const url = database.target.url
  await database.query('alter table dbos.streams drop column function_id')
  await database.query('select 1')
  // The session of a migration that waits for a lock, as on a busy table.
  const reader = await connect(url)
  await reader.query('begin; select count(*) from dbos.streams')
  const migration = await connect(url)
  const migrated = migration.query('alter table "dbos"."streams" add column function_id int')
  await waitUntil('the migration waits', async () => {
    const [row] = await database.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return row
  })
  await expect(openStore(database.target)).rejects.toMatchObject({ code: 'migration-under-way' })
  const { run, hasLooked } = runPatiently('send nobody hello --timeout 10m', url)
  await hasLooked()
  await reader.query('commit')
  await migrated
  const { code, stderr } = await run
  expect({ code, stderr }).toMatchObject({ code: 4 })
  expect(stderr).toContain('Waiting up to 10m: ')
  expect(stderr).toContain('a migration is under way')
  expect(stderr).not.toContain('too old')
})

test('a migration of tables that can be read already is noticed while it lasts', async () => {
  const database = await createTestDatabase({ own: false })
  onTestFinished(() => database.drop())
  const migration = await connect(database.target.url)
  await migration.query('begin')
  await migration.query('alter table "dbos"."streams" alter column function_id set default 0')
  const waiting = { ...database.target, refuseMigrating: true }
  await expect(openStore(waiting)).rejects.toMatchObject({ code: 'migration-under-way' })
  const reading = await openStore(database.target)
  await reading.close()
  await migration.query('rollback')
  await migration.end()
  const after = await openStore(waiting)
  await after.close()
})

test('who looked at tables that are up to date, and is idle now, migrates nothing', async () => {
  const database = await createTestDatabase({ own: false })
  onTestFinished(() => database.drop())
  const launched = await connect(database.target.url)
  onTestFinished(() => launched.end())
  await launched.query(
    "select table_name from information_schema.tables where table_name = 'dbos_migrations'",
  )
  const store = await openStore({ ...database.target, refuseMigrating: true })
  await store.close()
})

test('a migration that no session tells of is noticed by what it changes', async () => {
  const database = await createTestDatabase({ own: false })
  onTestFinished(() => database.drop())
  let version = 100
  let isOver = false
  await database.query('update dbos.dbos_migrations set version = 100')
  const migrating = (async () => {
    const client = await connect(database.target.url)
    while (!isOver) {
      await client.query('begin')
      await client.query('/* hidden */ update dbos.dbos_migrations set version = $1', [++version])
      await client.query('commit')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  await expect(openStore({ ...database.target, refuseMigrating: true })).rejects.toMatchObject({
    code: 'migration-under-way',
  })
  isOver = true
  await migrating
})

test('tables that are old for good are called so when the time is over', async () => {
  const database = await createTestDatabase({ own: false })
  onTestFinished(() => database.drop())
  await database.query('alter table dbos.streams drop column function_id')
  const { code, stderr } = await runPatiently('wait a --timeout 200ms', database.target.url).run
  expect(code).toBe(69)
  expect(stderr).toContain('too old: streams.function_id is missing')
})
