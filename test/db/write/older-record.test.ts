import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Decision } from '../../../src/core/decide/decision.ts'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { adaApproves, bobRejects } from '../../support/answers.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openWait } from '../../support/open-wait.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

/** What `audit init --decider` ran before there was a function. */
const olderRecord = (role: string) => `
  create schema drover;
  create table drover.decisions (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    session_user_name text not null default session_user,
    client_address inet default inet_client_addr(),
    system_schema text not null, workflow_id text not null, workflow_name text not null, step integer not null,
    topic text, wait_key text not null, decision text not null check (decision in ('approved', 'rejected')),
    outcome text not null, forced boolean not null, actor text not null, actor_source text not null, comment text,
    payload_sha256 text not null
  );
  create unique index decisions_one_per_wait on drover.decisions (system_schema, wait_key) where outcome = 'stored';
  grant usage on schema dbos, drover to ${role};
  grant select on all tables in schema dbos to ${role};
  grant insert on dbos.notifications to ${role};
  grant update (updated_at) on dbos.workflow_status to ${role};
  grant select, insert (system_schema, workflow_id, workflow_name, step, topic, wait_key, decision, outcome, forced,
    actor, actor_source, comment, payload_sha256) on drover.decisions to ${role};`

let database: TestDatabase
let owner: Store
let clerk: Store
let role: string

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  role = `clerk_${database.name}`
  await database.query(`create role ${role} login`)
  await database.query(olderRecord(role))
  owner = await openStore(database.target)
  clerk = await openStore(database.targetAs(role))
})

afterAll(async () => {
  await clerk.close()
  await owner.close()
  await database.query(`drop owned by ${role}`)
  await database.query(`drop role ${role}`)
  await database.drop()
})

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

/** As drover wrote it then: with the topic in the key. */
async function decideAsBefore({ wait }: Decision): Promise<void> {
  const key = `${wait.workflowId}:1:go:${wait.since.getTime()}`
  await database.query(
    `insert into dbos.notifications (destination_uuid, topic, message, serialization, message_uuid)
     values ($1, 'go', '{"approved":true,"by":"ada"}', 'portable_json', $2)`,
    [wait.workflowId, `${key}::${wait.workflowId}`],
  )
  await database.query(
    `insert into drover.decisions (system_schema, workflow_id, workflow_name, step, topic, wait_key, decision, outcome,
       forced, actor, actor_source, payload_sha256)
     values ('dbos', $1, 'x', 1, 'go', $2, 'approved', 'stored', false, 'ada', '--as',
       encode(sha256('{"approved":true,"by":"ada"}'), 'hex'))`,
    [wait.workflowId, key],
  )
}

test('an older record goes on to be read and written, and by the function once there is one', async () => {
  const before = await ask('before')
  await decideAsBefore(before)
  const between = await ask('between')
  for (const store of [clerk, owner]) {
    expect(await store.decide(before)).toMatchObject({ outcome: 'repeated', by: 'ada' })
    expect(await store.decide({ ...before, ...bobRejects })).toMatchObject({ outcome: 'decided-otherwise' })
  }
  expect(await clerk.decide(between)).toMatchObject({ outcome: 'stored' })
  expect(await owner.decide(between)).toMatchObject({ outcome: 'repeated', by: 'ada' })

  await owner.createRecord({ run: true })
  for (const decision of [before, between]) {
    expect(await clerk.decide(decision)).toMatchObject({ outcome: 'repeated', by: 'ada' })
    expect(await clerk.decide({ ...decision, ...bobRejects })).toMatchObject({ outcome: 'decided-otherwise' })
  }
  expect(await clerk.decide(await ask('after'))).toMatchObject({ outcome: 'stored' })
  expect(await owner.verifyRecord({})).toMatchObject({ checked: 3, discrepancies: [] })
  const may = await database.query(
    `select has_any_column_privilege($1, 'drover.decisions', 'insert') as insert,
       has_any_column_privilege($1, 'dbos.workflow_status', 'update') as update`,
    [role],
  )
  expect(may).toEqual([{ insert: false, update: false }])
})
