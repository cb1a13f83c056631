import { createServer, type Server } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import type { DatabaseTarget } from '../../src/core/database.ts'
import { knownMigration } from '../../src/core/dbos-names.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase, urlOfDatabase } from '../support/database.ts'
import { patience } from '../support/patience.ts'
import { waitUntil } from '../support/wait-until.ts'

let database: TestDatabase
const secret = 'hunter2'

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
})

afterAll(() => database.drop())

const targetOf = (url: string, connectTimeoutMs = patience()): DatabaseTarget => ({
  url,
  schema: 'dbos',
  label: 'the database',
  connectTimeoutMs,
})

/** The refusal, and how long it took. Neither it nor its causes may carry the password. */
async function refusal(
  target: DatabaseTarget,
): Promise<{ readonly code: string; readonly ms: number; readonly message: string }> {
  const startMs = performance.now()
  const error = await openStore(target).then(
    async (store) => {
      await store.close()
      throw new Error('it opened')
    },
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'CliError', hint: expect.any(String) })
  const { code, message, hint, cause } = error as Record<string, string>
  expect(`${message} ${hint} ${String(cause)} ${JSON.stringify(cause)}`).not.toContain(secret)
  return { code: String(code), message: String(message), ms: performance.now() - startMs }
}

test('a refused port is said at once', async () => {
  const { code, ms } = await refusal(targetOf(`postgresql://ada:${secret}@127.0.0.1:1/x`, 3_600_000))
  expect(code).toBe('database-unreachable')
  expect(ms).toBeLessThan(patience())
})

test('a port that never answers is said when the time is up', async () => {
  const hole: Server = createServer()
  const port = await new Promise<number>((resolve) => {
    hole.listen(0, '127.0.0.1', () => {
      const address = hole.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  const { code, ms, message } = await refusal(targetOf(`postgresql://ada:${secret}@127.0.0.1:${port}/x`, 300))
  hole.close()
  expect(code).toBe('database-unreachable')
  expect(message).toBe('Cannot connect to the database: no answer within 300 ms.')
  expect(ms).toBeGreaterThan(250)
  expect(ms).toBeLessThan(patience())
})

test('an unknown host, a missing socket and an unreadable URL are said', async () => {
  expect((await refusal(targetOf(`postgresql://ada:${secret}@no.such.host.invalid/x`))).code).toBe(
    'database-unreachable',
  )
  expect((await refusal(targetOf(`postgresql://ada:${secret}@localhost/x?host=/nowhere`))).code).toBe(
    'database-unreachable',
  )
  expect((await refusal(targetOf(`postgresql://ada:${secret}@[nonsense/x`))).code).toBe(
    'invalid-configuration',
  )
})

test('a missing database and a missing role are named', async () => {
  const server = inject('serverUrl')
  const missing = await refusal(targetOf(urlOfDatabase(server, 'no_such_database')))
  expect(missing).toMatchObject({
    code: 'database-unreachable',
    message: 'Cannot connect to the database: database "no_such_database" does not exist.',
  })
  const stranger = new URL(database.target.url)
  stranger.username = 'no_such_role'
  stranger.password = secret
  expect(await refusal(targetOf(stranger.href))).toMatchObject({
    code: 'permission-denied',
    message: expect.stringContaining('"no_such_role"'),
  })
})

test('a role that may not read the tables is told so', async () => {
  const role = `guest_${database.name}`
  await database.query(`create role ${role} login`)
  const store = await openStore(database.targetAs(role))
  await expect(store.list({ limit: 1 })).rejects.toMatchObject({ code: 'permission-denied' })
  expect(await store.executors()).toBeUndefined()
  await store.close()
  await database.query(`drop role ${role}`)
})

test('a database of others is never migrated, and what is missing there is said', async () => {
  const foreign = await createTestDatabase({ own: false, empty: true })
  await expect(openStore(foreign.target)).rejects.toMatchObject({
    code: 'schema-missing',
    hint: expect.stringMatching(/^start the application once, or: npx dbos schema '?postgresql:.*\/test_/),
  })
  expect(await foreign.query(`select 1 from pg_namespace where nspname = 'dbos'`)).toEqual([])
  await foreign.query('create schema dbos')
  await foreign.query('create table dbos.workflow_status (workflow_uuid text primary key, status text)')
  expect((await refusal(foreign.target)).code).toBe('schema-unsupported')
  await foreign.drop()
})

test('a database of drover is migrated once, also when two come at the same time, and stdout stays empty', async () => {
  const own = await createTestDatabase({ empty: true })
  const print = vi.spyOn(globalThis.console, 'log')
  const stores = await Promise.all([openStore(own.target), openStore(own.target)])
  expect(print).not.toHaveBeenCalled()
  print.mockRestore()
  for (const store of stores) {
    expect(store.database.own).toBe(true)
    expect(await store.list({ limit: 5 })).toEqual([])
    await store.close()
  }
  await own.drop()
})

test('what is known of its tables is noted with the database, and asked no more', async () => {
  const own = await createTestDatabase({ empty: true })
  onTestFinished(() => own.drop())
  await (await openStore(own.target)).close()
  const [row] = await own.query(`select current_setting('drover.migrated_to') as note`)
  expect(row?.note).toBe(`${knownMigration} dbos`)
  await own.query('delete from dbos.dbos_migrations where version > 1')
  const store = await openStore(own.target)
  expect(await store.list({ limit: 5 })).toEqual([])
  await store.close()
  await own.query('drop schema dbos cascade')
  const anew = await openStore(own.target)
  expect(await anew.list({ limit: 5 })).toEqual([])
  await anew.close()
})

test('who comes while another process sets the tables up waits, and says for what', async () => {
  const own = await createTestDatabase({ empty: true })
  const holder = new pg.Client({ connectionString: own.target.url, application_name: 'drover-test' })
  await holder.connect()
  await holder.query(`select pg_advisory_lock(hashtextextended('drover:launch', 0))`)
  const notices: string[] = []
  const opening = openStore(own.target, {}, (notice) => notices.push(notice))
  await waitUntil('it says what it waits for', () => notices.length > 0)
  await holder.end()
  const store = await opening
  expect(notices).toEqual([`Waiting for another drover process that sets up ${own.target.label}.`])
  expect(await store.list({ limit: 5 })).toEqual([])
  await store.close()
  await own.drop()
})

test('another schema is read when it is named', async () => {
  const own = await createTestDatabase({ empty: true })
  await expect(openStore({ ...own.target, schema: 'flows' })).rejects.toMatchObject({
    code: 'schema-missing',
  })
  const store = await openStore({ ...own.target, schema: 'flows', createSchema: true })
  expect(await store.start({ name: 'x', workflowId: 'w', args: [], queue: 'q' })).toBe('started')
  expect((await store.list({ limit: 5 })).map(({ workflowId }) => workflowId)).toEqual(['w'])
  await store.close()
  await own.drop()
})

test('a lost connection is opened again for the next question', async () => {
  const store = await openStore(database.target)
  await store.list({ limit: 1 })
  await database.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where datname = current_database() and application_name = 'drover'`,
  )
  expect(await store.list({ limit: 1 })).toEqual([])
  await store.close()
})

test('tables that are newer than known are read all the same, and known as such', async () => {
  const newer = await createTestDatabase({ own: false })
  const store = await openStore(newer.target)
  expect(store.database.unknownMigration).toBeUndefined()
  expect(await store.start({ name: 'x', workflowId: 'w', args: [7], queue: 'q' })).toBe('started')
  await store.close()
  await newer.query('update dbos.dbos_migrations set version = 999')
  await newer.query('alter table dbos.workflow_status drop column inputs')
  const later = await openStore(newer.target)
  expect(later.database.unknownMigration).toBe(999)
  expect((await later.get('w'))?.input).toEqual([7])
  await later.close()
  await newer.drop()
})
