import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DatabaseTarget } from '../../src/core/database.ts'
import { renderPhrase } from '../../src/core/words/command-line.ts'
import { startHandingOver } from '../../src/runtime/hand-over.ts'
import { holdExecutorSlot } from '../../src/runtime/slot/hold-executor-slot.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'
import { startPooler } from './pooler.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  await database?.drop()
})

interface Left {
  readonly application: string
  readonly executorId?: string
  readonly version?: string
  readonly queue?: string
  readonly name?: string
}

/** A running workflow, as a process leaves it behind. */
async function leave({ application, version = 'v1', name = 'work', queue, ...left }: Left): Promise<string> {
  const workflowId = randomUUID()
  await database.query(
    `insert into dbos.workflow_status
       (workflow_uuid, status, name, executor_id, application_name, application_version, queue_name, owner_xid, started_at_epoch_ms)
     values ($1, 'PENDING', $6, $2, $3, $4, $5, 'someone', 1)`,
    [workflowId, left.executorId ?? `drover-${randomUUID()}`, application, version, queue ?? null, name],
  )
  return workflowId
}

interface Looked {
  readonly handedOver: readonly string[]
  /** What it told to be able to run nowhere. */
  readonly unknown: readonly string[]
  readonly warnings: readonly string[]
}

const registered = [{ name: 'work', className: null, instances: [] }]

/** Looks once, to the end. */
async function look(application: string, target: DatabaseTarget = database.target): Promise<Looked> {
  const handedOver: string[] = []
  const unknown: string[] = []
  const warnings: string[] = []
  await startHandingOver({
    database: target,
    application,
    version: 'v1',
    executorId: `drover-${randomUUID()}`,
    registered,
    keepHandingOver: false,
    onUnknown: (workflows) => unknown.push(...workflows.map(({ workflowId }) => workflowId)),
    onLog: (level, line) => level === 'warn' && warnings.push(renderPhrase(line)),
    onHandOver: (workflows) => handedOver.push(...workflows.map(({ workflowId }) => workflowId)),
  }).finished
  return { handedOver, unknown, warnings }
}

async function statusOf(workflowId: string) {
  const [row] = await database.query(
    'select status, queue_name, owner_xid, started_at_epoch_ms from dbos.workflow_status where workflow_uuid = $1',
    [workflowId],
  )
  return row
}

test.concurrent('workflows of a dead executor go to a queue that every executor polls', async () => {
  const application = randomUUID()
  const executorId = `drover-${randomUUID()}`
  const started = await leave({ application, executorId })
  const queued = await leave({ application, executorId, queue: 'orders' })
  const { handedOver, warnings } = await look(application)
  expect(warnings).toEqual([])
  expect(handedOver.toSorted()).toEqual([started, queued].toSorted())
  expect(await statusOf(started)).toEqual({
    status: 'ENQUEUED',
    queue_name: '_dbos_internal_queue',
    owner_xid: null,
    started_at_epoch_ms: null,
  })
  expect(await statusOf(queued)).toMatchObject({ status: 'ENQUEUED', queue_name: 'orders' })
})

test.concurrent('what others run is left alone', async () => {
  const application = randomUUID()
  const others = [
    await leave({ application: randomUUID() }),
    await leave({ application, version: 'v2' }),
    await leave({ application, executorId: 'production-7' }),
  ]
  const session = new pg.Client({
    connectionString: database.target.url,
    application_name: 'dbos_transact_production-7_v1',
  })
  await session.connect()
  expect(await look(application)).toEqual({ handedOver: [], unknown: [], warnings: [] })
  await session.end()
  for (const workflowId of others) expect(await statusOf(workflowId)).toMatchObject({ status: 'PENDING' })
})

test("what the application's own dead executors left is taken over, unless somebody unknown may be one of them", async () => {
  const application = randomUUID()
  const left = [
    await leave({ application, executorId: 'local' }),
    await leave({ application, executorId: 'production-7' }),
  ]
  const stranger = new pg.Client({ connectionString: database.target.url, application_name: 'python' })
  await stranger.connect()
  expect(await look(application)).toEqual({
    handedOver: [],
    unknown: [],
    warnings: [
      'no sign of life of local, production-7, but sessions of unknown owners: drover recover shows them',
    ],
  })
  await stranger.end()
  expect((await look(application)).handedOver.toSorted()).toEqual(left.toSorted())
})

const executorOf = (executorId: string, application: string) => ({
  executorId,
  application,
  version: 'v1',
  registration: null,
})

test.concurrent('what is not registered here is left to who registers it, and told while nobody does', async () => {
  const application = randomUUID()
  const executorId = `drover-${randomUUID()}`
  const known = await leave({ application, executorId })
  const foreign = await leave({ application, executorId, name: 'other' })
  expect(await look(application)).toMatchObject({ handedOver: [known], unknown: [foreign] })
  expect(await statusOf(foreign)).toMatchObject({ status: 'PENDING' })

  const other = executorOf(`drover-${randomUUID()}`, application)
  const registration = { queues: [], workflows: [{ name: 'other', className: null, instances: [] }] }
  const slot = await holdExecutorSlot(other, database.target, () => {})
  await slot.announce({ ...other, schema: 'dbos', version: 'v2', registration })
  expect(await look(application)).toMatchObject({ handedOver: [], unknown: [foreign] })
  await slot.announce({ ...other, schema: 'dbos', version: 'v1', registration })
  expect(await look(application)).toMatchObject({ handedOver: [], unknown: [] })
  await slot.release()
})

test.concurrent('an executor whose slot is locked lives', async () => {
  const application = randomUUID()
  const executorId = `drover-${randomUUID()}`
  const workflowId = await leave({ application, executorId })
  const slot = await holdExecutorSlot(executorOf(executorId, application), database.target, () => {})
  expect((await look(application)).handedOver).toEqual([])
  await slot.release()
  expect((await look(application)).handedOver).toEqual([workflowId])
})

test.concurrent.each([
  ['of a usual id', `drover-${randomUUID()}`, 'v1'],
  ['of an id cut off by the server', `drover-${'long'.repeat(20)}`, ''],
])('an executor with a session %s lives without its lock', async (_, executorId, version) => {
  const application = randomUUID()
  const workflowId = await leave({ application, executorId })
  const session = new pg.Client({
    connectionString: database.target.url,
    application_name: `dbos_transact_${executorId}_${version}`.slice(0, 63),
  })
  await session.connect()
  expect((await look(application)).handedOver).toEqual([])
  await session.end()
  await waitUntil('the session is gone', async () => (await look(application)).handedOver[0] === workflowId)
})

test.concurrent('two that look at the same time hand each workflow over once', async () => {
  const application = randomUUID()
  const left = await Promise.all(Array.from({ length: 20 }, () => leave({ application })))
  const looks = await Promise.all([look(application), look(application), look(application)])
  expect(looks.flatMap(({ handedOver }) => handedOver).toSorted()).toEqual(left.toSorted())
})

test.concurrent('who keeps handing over also takes what is left later', async () => {
  const application = randomUUID()
  const handedOver: string[] = []
  const handingOver = startHandingOver({
    database: database.target,
    application,
    version: 'v1',
    executorId: `drover-${randomUUID()}`,
    registered,
    keepHandingOver: true,
    onUnknown: () => {},
    onLog: () => {},
    onHandOver: (workflows) => handedOver.push(...workflows.map(({ workflowId }) => workflowId)),
  })
  const first = await leave({ application })
  await waitUntil('the first is handed over', () => handedOver.includes(first))
  const second = await leave({ application })
  await waitUntil('the second is handed over', () => handedOver.includes(second))
  await handingOver.stop()
  expect(handedOver).toEqual([first, second])
})

test.concurrent('a role that cannot see sessions hands nothing over and says so once', async () => {
  const application = randomUUID()
  const workflowId = await leave({ application })
  const role = `blind_${randomUUID().slice(0, 8)}`
  await database.query(`create role ${role} login`)
  await database.query(`grant usage on schema dbos to ${role}`)
  await database.query(`grant select, update on dbos.workflow_status to ${role}`)
  try {
    const blind = await look(application, database.targetAs(role))
    expect(blind).toEqual({
      handedOver: [],
      unknown: [],
      warnings: [
        'workflows of dead executors stay where they are: this role cannot see the sessions of others (grant pg_read_all_stats)',
      ],
    })
    expect(await statusOf(workflowId)).toMatchObject({ status: 'PENDING' })
  } finally {
    await database.query(`drop owned by ${role}`)
    await database.query(`drop role ${role}`)
  }
})

test.concurrent('behind a pooler nothing is handed over', async () => {
  const application = randomUUID()
  await leave({ application })
  const pooler = await startPooler(database.target.url)
  const pooled = await look(application, { ...database.target, url: pooler.url })
  await pooler.close()
  expect(pooled).toEqual({
    handedOver: [],
    unknown: [],
    warnings: [
      'workflows of dead executors stay where they are: a connection pooler hides the sessions of others',
    ],
  })
})

test.concurrent('a slot is locked again after its connection was lost, and free once released', async () => {
  const executorId = `drover-${randomUUID()}`
  const holder = `select pid from pg_locks where locktype = 'advisory' and granted
    and database = (select oid from pg_database where datname = current_database())
    and (classid::bigint << 32) + objid::bigint = hashtextextended('drover:' || $1, 0)`
  const pidOf = async () => (await database.query(holder, [executorId]))[0]?.pid
  const slot = await holdExecutorSlot(executorOf(executorId, 'shop'), database.target, () => {})
  for (let round = 0; round < 3; round++) {
    const pid = await pidOf()
    await database.query('select pg_terminate_backend($1)', [pid])
    await waitUntil('the slot is locked again', async () => {
      const now = await pidOf()
      return now !== undefined && now !== pid
    })
  }
  await slot.release()
  await waitUntil('the slot is free', async () => (await pidOf()) === undefined)
})
