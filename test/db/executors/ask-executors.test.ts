import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { questionChannel } from '../../../src/core/dbos-names.ts'
import type { LiveExecutor } from '../../../src/core/diagnosis/situation.ts'
import { toAnswerPages, toIdentityComment } from '../../../src/core/run/executor-protocol.ts'
import type { Registration } from '../../../src/core/run/registration.ts'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { holdExecutorSlot } from '../../../src/runtime/slot/hold-executor-slot.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { patience } from '../../support/patience.ts'

let database: TestDatabase
let store: Store
const closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
})

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

afterAll(() => database.drop())

async function open(answerPatienceMs = patience()): Promise<Store> {
  store = await openStore(database.target, { answerPatienceMs })
  closing.push(() => store.close())
  return store
}

async function connectAs(name: string, target = database.target): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: target.url, application_name: name })
  await client.connect()
  closing.push(() => client.end())
  return client
}

interface Told {
  readonly executorId?: string
  readonly application?: string
  readonly version?: string
  readonly schema?: string
  readonly registration?: Registration
}

const nothing: Registration = { queues: [], workflows: [] }

/** The sessions of an executor of drover, in this process. */
async function appear({
  executorId = `drover-${randomUUID()}`,
  application = 'shop',
  version = '0123456789abcdef0123456789abcdef',
  schema = 'dbos',
  registration = nothing,
}: Told = {}): Promise<string> {
  await connectAs(`dbos_transact_${executorId}_`)
  const told = { executorId, application, version, registration: null }
  const slot = await holdExecutorSlot(told, { ...database.target, schema }, () => {})
  closing.push(() => slot.release())
  await slot.announce({ ...told, schema, registration })
  return executorId
}

async function find(executorId: string, ask = true): Promise<LiveExecutor | undefined> {
  const executors = await store.executors({ ask })
  return executors?.find((executor) => executor.executorId === executorId)
}

const named = (names: readonly string[]): Registration => ({
  queues: ['orders'],
  workflows: names.map((name) => ({ name, className: name, instances: [name] })),
})

test('who it is shows with its session, though nobody registered its version and its name holds none', async () => {
  await open()
  const executorId = await appear()
  expect(await find(executorId, false)).toMatchObject({
    application: 'shop',
    version: '0123456789abcdef0123456789abcdef',
    registration: null,
  })
})

test('it answers what it registers, and is not asked a second time', async () => {
  await open()
  const registration = named(['hello'])
  const executorId = await appear({ registration })
  expect(await find(executorId)).toMatchObject({ registration })
  expect(await find(executorId, false)).toMatchObject({ registration })
})

test('500 workflows with long names come in pages', async () => {
  await open()
  const registration = named(Array.from({ length: 500 }, (_, index) => `${'long'.repeat(60)}${index}`))
  const executorId = await appear({ registration })
  expect((await find(executorId))?.registration).toEqual(registration)
})

test('hostile names come as they are', async () => {
  await open()
  const application = `${hostileTexts.join()} */ ; drop table x; --\n`
  const registration = named([...hostileTexts, `'); drop table x; --`])
  const executorId = await appear({ application, version: '\u2028ü\\u0000"', registration })
  expect(await find(executorId)).toMatchObject({ application, version: '\u2028ü\\u0000"', registration })
})

test('a version that is too long for the server to show is told with the answer', async () => {
  await open()
  const version = 'v'.repeat(3000)
  const executorId = await appear({ version })
  expect(await find(executorId)).toMatchObject({ application: 'shop', version, registration: nothing })
})

test('who does not answer is not known to register nothing', async () => {
  await open(50)
  const silent = `drover-${randomUUID()}`
  await pretend(silent)
  expect(await find(silent)).toMatchObject({ application: 'shop', version: 'v1', registration: null })
})

test('an executor of another schema of the same database is none of this one', async () => {
  await open()
  const executorId = await appear({ schema: 'other' })
  expect(await find(executorId)).toBeUndefined()
})

/** Holds the lock, says who it is, and answers nobody. */
async function pretend(executorId: string): Promise<pg.Client> {
  await connectAs(`dbos_transact_${executorId}_`)
  const client = await connectAs('drover-executor')
  const identity = toIdentityComment({ executorId, schema: 'dbos', application: 'shop', version: 'v1' })
  await client.query(`${identity}select pg_advisory_lock(hashtextextended('drover:' || $1, 0))`, [executorId])
  return client
}

test('only the session that holds the lock of an executor says who that is', async () => {
  await open()
  const executorId = await appear()
  const forger = await connectAs('drover-executor')
  const forged = { executorId, schema: 'dbos', application: 'evil', version: 'evil' }
  await forger.query(`${toIdentityComment(forged)}select 1`)
  expect(await find(executorId, false)).toMatchObject({ application: 'shop' })
})

test('a role that may not write to workflows is no executor, whatever it says', async () => {
  await open(50)
  const role = `reader_${randomUUID().slice(0, 8)}`
  await database.query(`create role ${role} login`)
  try {
    const executorId = `drover-${randomUUID()}`
    const target = database.targetAs(role)
    const session = await connectAs(`dbos_transact_${executorId}_`, target)
    const slot = await connectAs('drover-executor', target)
    const identity = toIdentityComment({ executorId, schema: 'dbos', application: 'evil', version: 'v1' })
    await slot.query(`${identity}select pg_advisory_lock(hashtextextended('drover:' || $1, 0))`, [executorId])
    expect(await find(executorId)).toMatchObject({ application: null, registration: null })
    await Promise.all([session.end(), slot.end()])
  } finally {
    await Promise.all(closing.splice(0).map((close) => close()))
    await database.query(`drop role ${role}`)
  }
})

test('an answer counts only from the connection of the executor that it is about', async () => {
  await open(300)
  const victim = `drover-${randomUUID()}`
  await pretend(victim)
  const other = await appear()
  const forger = await connectAs('forger')
  const pages = (executorId: string) =>
    toAnswerPages({ executorId, schema: 'dbos', application: 'evil', version: 'v1', registration: nothing })
  // Whoever may connect hears the question, and where the answers go.
  const forged = new Promise<void>((resolve) => {
    forger.on('notification', async ({ payload }) => {
      for (const executorId of [victim, other])
        for (const page of pages(executorId)) await forger.query('select pg_notify($1, $2)', [payload, page])
      resolve()
    })
  })
  await forger.query(`listen ${questionChannel}`)
  const found = await find(victim)
  await forged
  expect(found).toMatchObject({ application: 'shop', registration: null })
  expect((await find(other, false))?.application).toBe('shop')
})

test.each([
  'dbos_notifications_channel',
  'drover_answer_x',
  `drover_answer_${'0'.repeat(32)}; drop table x`,
  '',
])('a question that names the channel "%s" is not answered', async (channel) => {
  await open()
  const executorId = await appear()
  const asking = await connectAs('asking')
  const heard: string[] = []
  asking.on('notification', ({ channel: on }) => heard.push(on))
  await asking.query('listen dbos_notifications_channel; listen drover_answer_x')
  await asking.query('select pg_notify($1, $2)', [questionChannel, channel])
  // What it would have answered is on its way before the answer to the next one.
  expect(await find(executorId)).toMatchObject({ registration: nothing })
  await asking.query('select 1')
  expect(heard).toEqual([])
})

test('its connection is lost, and it answers again', async () => {
  await open()
  const registration = named(['hello'])
  await appear({ registration })
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'drover-executor'`,
  )
  const registered = async () => (await (await open()).executors({ ask: true }))?.[0]?.registration
  await expect.poll(registered, { timeout: patience() }).toEqual(registration)
})
