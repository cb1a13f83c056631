import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Decision } from '../../../src/core/decide/decision.ts'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { adaApproves, bobRejects } from '../../support/answers.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openWait } from '../../support/open-wait.ts'
import { runCli } from '../../support/run-cli.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

/** Somebody else's database, with a record, and a role that may decide and nothing else. */
let database: TestDatabase
let owner: Store
let clerk: Store
let role: string

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  role = `clerk_${database.name}`
  await database.query(`create role ${role} login`)
  owner = await openStore(database.target)
  await owner.createRecord({ decider: role, run: true })
  clerk = await openStore(database.targetAs(role))
})

afterAll(async () => {
  await clerk.close()
  await owner.close()
  await database.query(`drop owned by ${role}`)
  await database.query(`drop role ${role}`)
  await database.drop()
})

/** A workflow of its own that asks on topic `go`. */
async function ask(workflowId: string): Promise<Decision> {
  await seedWorkflow(database, {
    workflowId,
    createdAt: new Date(),
    did: [
      { event: 'awaiting:go', value: 'Go?' },
      { recv: 'go', timeoutSeconds: 3600 },
    ],
  })
  return { wait: await openWait(owner, workflowId), topic: 'go', ...adaApproves }
}

async function asClerk<Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: database.targetAs(role).url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** As somebody would who has only psql. */
const call = `select * from drover.decide_dbos($1, 1, $2, $3, 'portable_json', $4, null, 'ada', '--as', null, $5, false)`

test('a decider may write nowhere, and calls the function alone', async () => {
  await ask('alone')
  const attempts = [
    `insert into drover.decisions (actor) values ('boss')`,
    `update drover.decisions set actor = 'boss'`,
    `insert into dbos.notifications (destination_uuid, message) values ('alone', '1')`,
    `update dbos.workflow_status set updated_at = 0`,
    `select from dbos.workflow_status where workflow_uuid = 'alone' for update`,
    `create or replace function drover.decide_dbos() returns int language sql as 'select 1'`,
    `do $$ begin lock table drover.decisions in row exclusive mode; end $$`,
  ]
  await asClerk(async (client) => {
    for (const attempt of attempts)
      await expect(client.query(attempt), attempt).rejects.toMatchObject({ code: '42501' })
  })
  const stranger = `stranger_${database.name}`
  await database.query(`create role ${stranger} login; grant usage on schema drover to ${stranger}`)
  const theirs = new pg.Client({ connectionString: database.targetAs(stranger).url })
  await theirs.connect()
  await expect(theirs.query(call, ['alone', 'approved', '1', 'go', false])).rejects.toMatchObject({
    code: '42501',
  })
  await theirs.end()
  await database.query(`drop owned by ${stranger}; drop role ${stranger}`)
  expect(await clerk.decisions({ workflowId: 'alone' })).toEqual([])
})

test('outcome, time, role, topic and hash are found out, whatever is said', async () => {
  const { wait } = await ask('facts')
  await asClerk(async (client) => {
    await client.query(`set search_path = pg_temp, public`)
    await client.query(`create temp table decisions (x int); create temp table notifications (x int)`)
    const { rows } = await client.query(call, ['facts', 'approved', '{"approved":false}', 'elsewhere', false])
    expect(rows).toMatchObject([{ outcome: 'stored' }])
  })
  expect(await owner.messages('facts')).toMatchObject([{ topic: 'go', message: { approved: false } }])
  expect(await clerk.decisions({ workflowId: 'facts' })).toMatchObject([
    {
      decision: 'rejected',
      outcome: 'stored',
      sessionUser: role,
      topic: 'go',
      step: wait.step,
      name: 'exampleWorkflow',
    },
  ])
})

test('nothing is written about a wait that is none, and a flood of refusals is few lines', async () => {
  const decision = await ask('flood')
  await clerk.decide(decision)
  await asClerk(async (client) => {
    const nowhere = await client.query(call.replace('$1, 1', '$1, 7'), [
      'flood',
      'approved',
      '1',
      null,
      false,
    ])
    expect(nowhere.rows).toMatchObject([{ outcome: 'no-wait' }])
    const flood = `select count(*)::int from generate_series(1, 2000) n,
      lateral drover.decide_dbos('flood', 1, 'rejected', '"no"', 'portable_json', 'go', null, 'eve ' || n, 'x', null, false, false) d
      where d.outcome = 'decided-otherwise'`
    expect((await client.query(flood)).rows).toEqual([{ count: 2000 }])
  })
  expect((await clerk.decisions({ workflowId: 'flood' })).length).toBe(101)
})

test('who keeps a decision open makes nobody but deciders of that wait wait, for 5 s, and is named', async () => {
  const held = await ask('held')
  const other = await ask('other')
  await asClerk(async (client) => {
    await client.query('begin')
    await client.query(call, ['held', 'approved', '"mine"', 'go', false])
    // What executors do goes on meanwhile.
    await database.query(
      `set lock_timeout = '1s'; update dbos.workflow_status set updated_at = 1 where workflow_uuid = 'held'`,
    )
    expect(await owner.decide({ ...other, ...bobRejects })).toMatchObject({ outcome: 'stored' })
    const line = ['approve', 'held#1']
    const late = await runCli(line, { store: await openStore(database.target) })
    expect(late).toMatchObject({ code: 69 })
    expect(late.stderr).toMatch(
      new RegExp(`role ${role} \\(session \\d+\\) has held held#1 .* for more than 5 s`),
    )
    await client.query('rollback')
  })
  expect(await owner.decide(held)).toMatchObject({ outcome: 'stored' })
})

test('whoever may send answers without drover, which verify finds; whoever may delete takes back, and a new decision is needed', async () => {
  const kept = await ask('kept')
  const taken = await ask('taken')
  const from = new Date()
  await owner.decide(kept)
  await owner.decide(taken)
  expect(await owner.verifyRecord({ from })).toMatchObject({ checked: 2, discrepancies: [] })
  // As a sender may.
  const planted = await ask('planted')
  const key = `planted:1::${planted.wait.since.getTime()}`
  await owner.send({ workflowId: 'planted', topic: 'go', message: { approved: true }, idempotencyKey: key })
  await ask('answered')
  await database.query(
    `insert into dbos.notifications (destination_uuid, topic, message, serialization, consumed, consumed_by_function_id)
     values ('answered', 'go', '"yes"', 'portable_json', true, 1)`,
  )
  await database.query(
    `update dbos.notifications set message = '{"approved":false}' where destination_uuid = 'kept'`,
  )
  // As an operator may.
  await database.query(`delete from dbos.notifications where destination_uuid = 'taken'`)
  expect((await clerk.verifyRecord({ from })).discrepancies).toMatchObject([
    { workflowId: 'kept', step: 1, problem: 'altered', decision: 'approved', by: 'ada' },
    { workflowId: 'planted', step: 1, problem: 'unrecorded', decision: null, by: null },
    { workflowId: 'answered', step: 1, problem: 'unrecorded' },
  ])
  expect(await clerk.decide(planted)).toMatchObject({
    outcome: 'foreign-message',
    by: null,
  })
  expect(await clerk.decide({ ...taken, ...bobRejects })).toMatchObject({ outcome: 'stored' })
})
