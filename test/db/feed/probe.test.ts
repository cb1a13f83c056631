import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSession, type Session } from '../../../src/db/connection/connect.ts'
import { needsOf } from '../../../src/db/feed/needs.ts'
import { createPosition } from '../../../src/db/feed/position.ts'
import { probeOf, readLooks } from '../../../src/db/feed/probe.ts'
import { readSchema, type SystemSchema } from '../../../src/db/tables/schema.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

let database: TestDatabase
let session: Session
let schema: SystemSchema
beforeAll(async () => {
  database = await createTestDatabase()
  session = createSession(database.target)
  schema = await readSchema(session)
  await seedWorkflow(database, {
    workflowId: `it's "followed"`,
    did: [{ step: 'work' }, { stream: 'log', value: 'x' }, { recv: 'go', timeoutSeconds: 1e9 }],
  })
})
afterAll(async () => {
  await session.close()
  await database.drop()
})

const id = `it's "followed"`
/** After the three steps above: the one that waits is missing, its timeout is there. */
const position = { ...createPosition(), status: 'PENDING', high: 3, gaps: [2] }

const everything = needsOf({ signal: new AbortController().signal })

/** Alone, and among others in a group. */
function look() {
  const probes = [probeOf(id, position, everything), probeOf('another', position, everything)]
  const groups = [
    { probes: probes.slice(0, 1), isFull: true },
    { probes, isFull: true },
  ]
  return readLooks({ session, schema }, groups, 10_000)
}

/** In this order, on the same rows. */
const happenings = {
  'its status changes': `update dbos.workflow_status set status = 'ENQUEUED' where workflow_uuid = $1`,
  'another executor takes it': `update dbos.workflow_status set executor_id = 'other' where workflow_uuid = $1`,
  'it is recovered': `update dbos.workflow_status set recovery_attempts = 7 where workflow_uuid = $1`,
  'a step ends': `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name) values ($1, 4, 'work')`,
  'a step ends that others overtook': `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name) values ($1, 2, 'DBOS.recv')`,
  'an event is published': `insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value) values ($1, 5, 'progress', '1')`,
  'a step publishes it again': `update dbos.workflow_events_history set value = '2' where workflow_uuid = $1 and key = 'progress'`,
  'a message arrives': `insert into dbos.notifications (message_uuid, destination_uuid, topic, message) values ('m1', $1, 'go', '1')`,
  'the message is read': `update dbos.notifications set consumed = true where destination_uuid = $1`,
  'a stream goes on': `insert into dbos.streams (workflow_uuid, key, "offset", value, function_id) values ($1, 'log', 1, '"y"', 1)`,
  'a stream begins': `insert into dbos.streams (workflow_uuid, key, "offset", value, function_id) values ($1, 'other', 0, '"y"', 1)`,
  'a stream is closed': `insert into dbos.streams (workflow_uuid, key, "offset", value, function_id) values ($1, 'log', 2, '"__DBOS_STREAM_CLOSED__"', 1)`,
  'a rewound workflow writes over the end of its stream': `update dbos.streams set value = '"z"' where workflow_uuid = $1 and key = 'log' and "offset" = 2`,
  'it is deleted': 'delete from dbos.workflow_status where workflow_uuid = $1',
}

test.each(Object.entries(happenings))('is another one when %s, and the same until then', async (_, sql) => {
  const before = await look()
  expect(await look()).toEqual(before)
  await database.query(sql, [id])
  const after = await look()
  expect(after[0]).not.toEqual(before[0])
  expect(after[1]).not.toEqual(before[1])
})

test('what is not asked for changes nothing', async () => {
  const needs = needsOf({ signal: new AbortController().signal, types: ['status'] })
  const probes = [probeOf('statuses', position, needs)]
  const read = () => readLooks({ session, schema }, [{ probes, isFull: true }], 10_000)
  await seedWorkflow(database, { workflowId: 'statuses', did: [{ step: 'work' }] })
  const before = await read()
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name) values ('statuses', 9, 'work')`,
  )
  expect(await read()).toEqual(before)
})

test('a group is the sum of those in it, and what was not asked for is not told', async () => {
  await seedWorkflow(database, { workflowId: 'one', did: [{ step: 'work' }] })
  await seedWorkflow(database, { workflowId: 'two', did: [{ event: 'progress', value: 1 }] })
  const probes = ['one', 'two', 'nobody'].map((name) => probeOf(name, createPosition(), everything))
  const alone = probes.map((probe) => ({ probes: [probe], isFull: true }))
  const [one, two, nobody, both, quiet] = await readLooks(
    { session, schema },
    [...alone, { probes, isFull: true }, { probes, isFull: false }],
    10_000,
  )
  const sum = (of: 'quiet' | 'announced') =>
    [one, two, nobody].reduce((all, each) => all + (each?.[of] ?? NaN), 0)
  expect(both).toEqual({ quiet: sum('quiet'), announced: sum('announced') })
  expect(quiet).toEqual({ quiet: sum('quiet'), announced: undefined })
})
