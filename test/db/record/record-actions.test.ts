import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Signature, Unrecorded } from '../../../src/core/record/signature.ts'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { readExport } from '../../support/read-export.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

/** Somebody else's database, with a record, and an operator with the grants of docs/production.md. */
let database: TestDatabase
let owner: Store
let operator: Store
const role = `operator_${randomUUID().slice(0, 8)}`

const production = readFileSync(path.join(import.meta.dirname, '../../../docs/production.md'), 'utf8')
const grants = ['reader', 'sender', 'operator']
  .map((name) => production.split(`\`\`\`sql ${name}\n`)[1]?.split('```')[0] ?? '')
  .join('\n')
  .replaceAll(/^grant drover_\w+ to drover_\w+;$/gm, '')
  .replaceAll(/drover_(reader|sender|operator)/g, role)

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  await database.query(`create role ${role} login`)
  await database.query(grants)
  const client = await DBOSClient.create({ systemDatabaseUrl: database.target.url })
  await client.createSchedule({ scheduleName: 'nightly', workflowName: 'w', schedule: '0 0 3 * * *' })
  await client.destroy()
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp, application_name)
     values ('1', 'v1', 1000, 'example'), ('2', 'v2', 2000, 'example')`,
  )
  owner = await openStore(database.target)
  await owner.createRecord({ run: true })
  operator = (await openStore(database.targetAs(role))).as(adaSigns())
})

afterAll(async () => {
  await operator.close()
  await owner.close()
  await database.query(`drop owned by ${role}`)
  await database.query(`drop role ${role}`)
  await database.drop()
})

function adaSigns(fields: Partial<Signature> = {}): Signature {
  const onUnrecorded = ({ reason }: Unrecorded): never => {
    throw new Error(`not recorded: ${reason}`)
  }
  return {
    actor: { name: 'ada', source: '--as' },
    comment: 'an outage',
    recording: 'on',
    onUnrecorded,
    ...fields,
  }
}

async function seed(status: 'PENDING' | 'ENQUEUED' | 'ERROR' | 'CANCELLED'): Promise<string> {
  const workflowId = randomUUID()
  await seedWorkflow(database, { workflowId, status, queue: 'mails', did: [{ step: 'a' }, { step: 'b' }] })
  return workflowId
}

const lineOf = async (workflowId: string) => {
  const lines = await operator.actions({ workflowId })
  expect(lines).toHaveLength(1)
  return lines[0]
}

test.each([
  ['cancel', 'PENDING', {}, { status: 'CANCELLED' }],
  ['resume', 'CANCELLED', {}, { status: 'ENQUEUED', queue: '_dbos_internal_queue' }],
  ['rewind', 'ERROR', { fromStep: 1 }, { status: 'ENQUEUED', fromStep: 1 }],
  ['fork', 'ERROR', { fromStep: 1, newWorkflowId: 'copy' }, { copy: 'copy', fromStep: 1 }],
  ['reprioritize', 'ENQUEUED', { priority: 7 }, { priority: 7 }],
  ['requeue', 'ENQUEUED', { queue: 'other' }, { queue: 'other' }],
] as const)('%s has its line, with what was before and what is after', async (verb, status, more, after) => {
  const workflowId = await seed(status)
  expect(await operator.manage(verb, [{ workflowId, status, ...more }])).toMatchObject([
    { outcome: 'changed' },
  ])
  expect(await lineOf(workflowId)).toMatchObject({
    action: verb,
    outcome: 'done',
    before: { status },
    after,
    by: 'ada',
    bySource: '--as',
    comment: 'an outage',
    sessionUser: role,
    at: expect.any(Date),
  })
})

test('what is deleted is gone and on record, and what had moved on is neither', async () => {
  const [gone, active] = [await seed('ERROR'), await seed('PENDING')]
  const results = await operator.manage('delete', [
    { workflowId: gone, status: 'ERROR' },
    { workflowId: active, status: 'ERROR' },
  ])
  expect(results).toMatchObject([{ outcome: 'changed' }, { outcome: 'moved-on' }])
  expect(await lineOf(gone)).toMatchObject({ action: 'delete', before: { status: 'ERROR' }, after: null })
  expect(await operator.actions({ workflowId: active })).toEqual([])
})

test('queues, schedules and versions have lines of what changed', async () => {
  await operator.createQueue('mails', null, { concurrency: 3 })
  await operator.setQueue('mails', { concurrency: 4 })
  expect(await operator.setQueue('mails', { concurrency: 4 })).toBe('no-op')
  await operator.setSchedule('nightly', 'PAUSED')
  await operator.promoteVersion('v1')
  await operator.createQueue('empty', null, {})
  await operator.deleteQueue('empty')
  const workflowId = await operator.triggerSchedule('nightly')
  const lines = (await operator.actions({ limit: 8 })).map(({ action, subject, outcome, before, after }) => ({
    action,
    subject,
    outcome,
    before,
    after,
  }))
  expect(lines).toMatchObject([
    { action: 'schedules trigger', subject: 'nightly', outcome: 'done', after: { workflowId } },
    { action: 'schedules trigger', subject: 'nightly', outcome: 'intended', after: null },
    { action: 'queues delete', subject: 'empty', before: { pollSeconds: 1 }, after: null },
    { action: 'queues create', subject: 'empty' },
    { action: 'versions promote', subject: 'v1', before: { latest: 'v2' }, after: { latest: 'v1' } },
    { action: 'schedules pause', before: { status: 'ACTIVE' }, after: { status: 'PAUSED' } },
    { action: 'queues set', subject: 'mails', before: { concurrency: 3 }, after: { concurrency: 4 } },
    { action: 'queues create', subject: 'mails', after: { concurrency: 3 } },
  ])
})

test('what is done to a schedule by the client of DBOS has a line before and one after', async () => {
  const daily = { workflow: 'w', className: null, application: null, cron: '@daily', timezone: 'UTC' }
  const more = { queue: null, context: undefined, automaticBackfill: false }
  expect(await operator.createSchedule('daily', { ...daily, ...more })).toBe('changed')
  await operator.updateSchedule('daily', { cron: '@weekly' })
  await operator.updateSchedule('daily', { cron: '@daily' })
  const range = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-01-03T00:00:00Z') }
  await operator.backfillSchedule('daily', range)
  await operator.deleteSchedule('daily')
  const lines = await operator.actions({ limit: 10 })
  expect(lines.every(({ subject }) => subject === 'daily')).toBe(true)
  expect(lines.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(
    ['delete', 'backfill', 'update', 'update', 'create'].flatMap((verb) => [
      `schedules ${verb} done`,
      `schedules ${verb} intended`,
    ]),
  )
  expect(lines[2]).toMatchObject({ after: { runs: 2 } })
  expect(lines[6]).toMatchObject({ before: { cron: '@daily' }, after: { cron: '@weekly' } })
})

test('a pause has its line, although a trigger comes and goes with it', async () => {
  const signed = owner.as(adaSigns())
  await signed.createQueue('paused', null, { workerConcurrency: 3 })
  expect(await signed.pauseQueue('paused')).toMatchObject({ guard: 'trigger' })
  await signed.resumeQueue('paused')
  expect(await operator.actions({ limit: 2 })).toMatchObject([
    { action: 'queues resume', before: { workerConcurrency: 0 }, after: { workerConcurrency: 3 } },
    { action: 'queues pause', before: { workerConcurrency: 3 }, after: { workerConcurrency: 0 } },
  ])
})

test('an export has a line that it began, and one that it ended or did not', async () => {
  const workflowIds = [await seed('ERROR'), await seed('ERROR')]
  for await (const _ of operator.exportWorkflows({ workflowIds, payloads: true }));
  for await (const _ of operator.exportWorkflows({ workflowIds, payloads: false })) break
  expect(await operator.actions({ limit: 4 })).toMatchObject([
    { action: 'export', outcome: 'failed' },
    { action: 'export', outcome: 'intended', after: { workflows: 2, payloads: false } },
    { action: 'export', outcome: 'done', after: { workflows: 2, payloads: true } },
    { action: 'export', outcome: 'intended' },
  ])
  expect(await operator.actions({ workflowId: workflowIds[1] })).toHaveLength(2)
})

test('an import has one line in its transaction, which names what came in', async () => {
  const workflowIds = [await seed('ERROR'), await seed('PENDING')]
  const text = await readExport(operator, workflowIds)
  async function* chunks() {
    yield text
  }
  const signed = owner.as(adaSigns())
  const { workflows } = await signed.importWorkflows({ chunks: chunks(), newIds: true })
  const copies = [...workflows].map(({ newWorkflowId }) => newWorkflowId)
  for (const copy of copies) {
    expect(await operator.actions({ workflowId: copy ?? '' })).toMatchObject([
      { action: 'import', outcome: 'done', after: { workflows: 2 }, by: 'ada', workflowId: null },
    ])
  }
  const before = await operator.actions({ limit: 1 })
  await signed.importWorkflows({ chunks: chunks(), newIds: false })
  expect(await operator.actions({ limit: 1 })).toEqual(before)
})

test('a message on a topic that was asked for has a line, and no other one has', async () => {
  const workflowId = randomUUID()
  await seedWorkflow(database, {
    workflowId,
    createdAt: new Date(),
    did: [
      { event: 'awaiting:go', value: 'Go?' },
      { recv: 'go', timeoutSeconds: 3600 },
    ],
  })
  await operator.send({ workflowId, topic: 'other', message: 1 })
  expect(await operator.actions({ workflowId })).toEqual([])
  await operator.send({ workflowId, topic: 'go', message: { approved: true } })
  expect(await lineOf(workflowId)).toMatchObject({
    action: 'send',
    outcome: 'sent',
    after: { topic: 'go', step: 1 },
  })
})

async function asOperator<Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: database.targetAs(role).url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

const call = (action: string, lines: object[], outcome = 'done', intent: number | null = null) =>
  `select drover.record_dbos('${action}', '${outcome}', '${JSON.stringify(lines)}', ${intent}, 'boss', '--as', null)`

test('an operator writes no line of its own making, and changes none', async () => {
  const workflowId = await seed('ERROR')
  const known = (await operator.actions({})).length
  const attempts = [
    `insert into drover.actions (actor) values ('boss')`,
    `update drover.actions set actor = 'boss'`,
    `delete from drover.actions`,
    `truncate drover.actions`,
    ...['cancel', 'resume', 'rewind', 'recover', 'reprioritize', 'fork', 'delete', 'retain', 'send'].map(
      (action) => call(action, [{ workflowId, workflowIds: [workflowId], copy: workflowId }]),
    ),
    ...['queues set', 'queues delete', 'schedules pause', 'versions promote'].map((action) =>
      call(action, [{ subject: action.startsWith('versions') ? 'v1' : 'mails' }]),
    ),
    call('cancel', [{ workflowId }], 'intended'),
    call('anything', [{ workflowId }]),
    call('export', [{}], 'done', 1),
  ]
  await asOperator(async (client) => {
    for (const attempt of attempts) {
      await expect(client.query(attempt), attempt).rejects.toMatchObject({ code: '42501' })
    }
    // One that it changed as something else.
    await client.query('begin')
    await client.query(`update dbos.workflow_status set status = 'CANCELLED' where workflow_uuid = $1`, [
      workflowId,
    ])
    await expect(client.query(call('resume', [{ workflowId }]))).rejects.toMatchObject({ code: '42501' })
    await client.query('rollback')
    // One that it did, twice.
    await client.query('begin')
    await client.query(`update dbos.workflow_status set status = 'CANCELLED' where workflow_uuid = $1`, [
      workflowId,
    ])
    await client.query(call('cancel', [{ workflowId }]))
    await expect(client.query(call('cancel', [{ workflowId }]))).rejects.toMatchObject({ code: '23505' })
    await client.query('rollback')
  })
  expect(await operator.actions({})).toHaveLength(known)
})

test('shadowing what the function names changes nothing', async () => {
  const workflowId = await seed('ERROR')
  await asOperator(async (client) => {
    await client.query(`create temp table workflow_status as select * from dbos.workflow_status limit 0`)
    await client.query(`set search_path = pg_temp, pg_catalog, public`)
    await client.query('begin')
    await client.query(`insert into workflow_status (workflow_uuid, status) values ($1, 'CANCELLED')`, [
      workflowId,
    ])
    await expect(client.query(call('cancel', [{ workflowId }]))).rejects.toMatchObject({ code: '42501' })
    await client.query('rollback')
  })
})

test('of two ends of what was intended one is on record, and only by who intended it', async () => {
  await asOperator(async (client) => {
    const { rows } = await client.query(call('schedules delete', [{ subject: 'weekly' }], 'intended'))
    const intent = Number(Object.values(rows[0] as object)[0])
    expect((await operator.verifyRecord({})).doubts).toEqual([])
    await expect(database.query(call('', [{}], 'done', intent))).rejects.toMatchObject({ code: '42501' })
    await client.query(call('', [{ after: { reason: 'x' } }], 'failed', intent))
    await client.query(call('', [{}], 'done', intent))
    const [line] = await operator.actions({ limit: 1 })
    expect(line).toMatchObject({ action: 'schedules delete', outcome: 'failed', intentId: intent })
  })
})

test('verify names what was begun by a process that is gone', async () => {
  const pid = await asOperator(async (client) => {
    await client.query(call('schedules delete', [{ subject: 'monthly' }], 'intended'))
    return (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid
  })
  await database.query('select pg_terminate_backend($1, 60000)', [pid])
  const { doubts } = await operator.verifyRecord({})
  expect(doubts).toMatchObject([{ action: 'schedules delete', subject: 'monthly', sessionUser: role }])
  expect((await operator.verifyRecord({ from: new Date(Date.now() + 1e9) })).doubts).toEqual([])
})

test('without a record, and without the right to write to it, the action goes on and that is told', async () => {
  const bare = await createTestDatabase({ own: false })
  const told: Unrecorded[] = []
  const store = (await openStore(bare.target)).as(adaSigns({ onUnrecorded: (why) => void told.push(why) }))
  await seedWorkflow(bare, { workflowId: 'w', status: 'PENDING' })
  const target = { workflowId: 'w', status: 'PENDING' } as const
  const required = store.as(adaSigns({ recording: 'required' }))
  await expect(required.manage('cancel', [target])).rejects.toMatchObject({ code: 'no-record' })
  expect((await store.get('w'))?.status).toBe('PENDING')
  expect(await store.manage('cancel', [target])).toMatchObject([{ outcome: 'changed' }])
  expect(told).toEqual([{ reason: 'no-record' }])
  await store.createRecord({ run: true })
  await bare.query(`revoke execute on function drover.record_dbos from ${role}`)
  const lacking = (await openStore(bare.targetAs(role))).as(
    adaSigns({ onUnrecorded: (why) => void told.push(why) }),
  )
  await bare.query(`grant usage on schema dbos to ${role}; grant all on all tables in schema dbos to ${role}`)
  expect(await lacking.manage('resume', [{ workflowId: 'w', status: 'CANCELLED' }])).toMatchObject([
    { outcome: 'changed' },
  ])
  expect(told).toEqual([{ reason: 'no-record' }, { reason: 'may-not', role }])
  await store.createRecord({ operator: role, run: true })
  expect(await lacking.manage('cancel', [{ workflowId: 'w', status: 'ENQUEUED' }])).toMatchObject([
    { outcome: 'changed' },
  ])
  expect(told).toEqual([{ reason: 'no-record' }, { reason: 'may-not', role }])
  expect(await lacking.actions({})).toMatchObject([{ action: 'cancel', sessionUser: role }])
  await lacking.close()
  await store.close()
  await bare.query(`drop owned by ${role}`)
  await bare.drop()
})

test('a record that was made before there was such an action refuses nothing, and that is told', async () => {
  const old = await createTestDatabase({ own: false })
  onTestFinished(old.drop)
  const told: Unrecorded[] = []
  const store = (await openStore(old.target)).as(adaSigns({ onUnrecorded: (why) => void told.push(why) }))
  onTestFinished(store.close)
  await store.createRecord({ run: true })
  const [made] = await old.query(`select pg_get_functiondef('drover.record_dbos'::regproc) as sql`)
  await old.query(String(made?.sql).replaceAll("'import'", "'nothing'"))
  const text = [
    '{"type":"export","format":1}',
    '{"type":"workflow","row":{"id":"w","status":"SUCCESS","name":"n","createdAt":1,"updatedAt":1}}',
    '{"type":"end","workflows":1}',
  ].join('\n')
  async function* chunks() {
    yield text
  }
  const required = store.as(adaSigns({ recording: 'required' }))
  await expect(required.importWorkflows({ chunks: chunks(), newIds: false })).rejects.toMatchObject({
    code: 'no-record',
    message: expect.stringContaining('was made by an older drover'),
  })
  expect(await store.existing(['w'])).toEqual([])
  await store.importWorkflows({ chunks: chunks(), newIds: false })
  expect(told).toEqual([{ reason: 'outdated' }])
  await store.manage('rewind', [{ workflowId: 'w', status: 'SUCCESS', fromStep: 0 }])
  expect(await store.actions({})).toMatchObject([{ action: 'rewind' }])
  await store.createRecord({ run: true })
  await store.importWorkflows({ chunks: chunks(), newIds: true })
  expect(told).toHaveLength(1)
  expect(await store.actions({ limit: 1 })).toMatchObject([{ action: 'import' }])
})

test("in drover's own database the record comes by itself", async () => {
  const own = await createTestDatabase()
  const store = (await openStore(own.target)).as(adaSigns())
  await seedWorkflow(own, { workflowId: 'w', status: 'PENDING' })
  expect(await store.actions({})).toEqual([])
  await store.manage('cancel', [{ workflowId: 'w', status: 'PENDING' }])
  expect(await store.actions({})).toMatchObject([{ action: 'cancel', workflowId: 'w' }])
  for (const change of [`update drover.actions set actor = 'eve'`, 'delete from drover.actions']) {
    await expect(own.query(change)).rejects.toThrow('drover.actions is append-only')
  }
  await store.close()
  await own.drop()
})
