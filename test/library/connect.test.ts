import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Drover, DroverError } from '../../src/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { launchDbos, testApplication, testQueue, testVersion } from '../support/launch-dbos.ts'

DBOS.registerWorkflow(
  async (count: number) => {
    for (let value = 1; value <= count; value++) {
      await DBOS.writeStream('numbers', value)
      await DBOS.setEvent('progress', value)
    }
    await DBOS.closeStream('numbers')
    return count
  },
  { name: 'counting' },
)
DBOS.registerWorkflow(
  async () => {
    await DBOS.setEvent('awaiting:go', { prompt: 'Go?' })
    return DBOS.recv('go', 3600)
  },
  { name: 'asking' },
)

let database: TestDatabase
let drover: Drover
beforeAll(async () => {
  database = await createTestDatabase()
  await launchDbos(database)
  drover = await connect({ databaseUrl: database.target.url })
})
afterAll(async () => {
  await drover.close()
  await DBOS.shutdown()
  await database.drop()
})

const here = { queue: testQueue, application: testApplication, version: testVersion }

test('a workflow is started, watched, streamed and waited for', async () => {
  const id = await drover.start('counting', [3], here)
  const progress: unknown[] = []
  for await (const change of drover.watch(id)) {
    if (change.type === 'event') progress.push(change.value)
  }
  expect(progress).toEqual([1, 2, 3])
  for (const follow of [true, false]) {
    const values: unknown[] = []
    for await (const value of drover.stream(id, 'numbers', { follow })) values.push(value)
    expect(values).toEqual([1, 2, 3])
  }
  expect(await drover.wait(id)).toBe(3)
  expect(await drover.wait(id, 'event:progress>=2')).toBe(3)
  expect(await drover.event(id, 'progress')).toBe(3)
  expect(await drover.event(id, 'nothing')).toBeUndefined()
  expect(await drover.get(id)).toMatchObject({ status: 'SUCCESS', output: 3 })
  expect(await drover.get('nope')).toBeUndefined()
  expect(await drover.list({ name: 'counting' })).toMatchObject([{ workflowId: id }])
  const several = { name: ['counting', 'nobody'], status: ['SUCCESS', 'ERROR'] } as const
  expect(await drover.list(several)).toMatchObject([{ workflowId: id }])
  expect(await drover.list({ ...several, name: [] })).toEqual([])
  expect(await drover.steps(id)).toHaveLength(7)
})

test('what is known of how a workflow was enqueued is part of it', async () => {
  const id = await drover.start('counting', [1], here)
  await drover.wait(id)
  await database.query(
    `update dbos.workflow_status set priority = 3, queue_partition_key = 'blue', deduplication_id = 'once',
       workflow_timeout_ms = 60000, workflow_deadline_epoch_ms = 1700000060000, delay_until_epoch_ms = 1700000000000
     where workflow_uuid = $1`,
    [id],
  )
  expect(await drover.get(id)).toMatchObject({
    status: 'SUCCESS',
    parentId: null,
    forks: [],
    priority: 3,
    partition: 'blue',
    deduplicationId: 'once',
    timeoutMs: 60_000,
    deadlineAt: new Date(1_700_000_060_000),
    delayedUntil: new Date(1_700_000_000_000),
  })
})

test('a question is found, decided once, and on record', async () => {
  const id = await drover.start('asking', [], here)
  await drover.wait(id, 'message')
  expect(await drover.inbox({ name: 'asking' })).toMatchObject([{ workflowId: id, step: 1, prompt: 'Go?' }])
  expect(await drover.inbox({ name: ['counting', 'asking'] })).toMatchObject([{ workflowId: id }])
  expect(await drover.approve(id, { as: 'ada' })).toMatchObject({ outcome: 'stored', by: 'ada' })
  expect(await drover.wait(id)).toMatchObject({ approved: true, by: 'ada' })
  expect(await drover.approve(`${id}#1`, { as: 'bob' })).toMatchObject({ outcome: 'repeated', by: 'ada' })
  const late = drover.reject(`${id}#1`, { as: 'eve', comment: 'no' })
  await expect(late).rejects.toThrow(DroverError)
  await expect(late).rejects.toMatchObject({ code: 'already-decided' })
  expect((await drover.decisions({ workflowId: id })).map(({ by, outcome }) => `${outcome} ${by}`)).toEqual([
    'decided-otherwise eve',
    'repeated bob',
    'stored ada',
  ])
})

test('arguments and messages are portable JSON where the last run of that name was, or it is asked for', async () => {
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, name, status, serialization, created_at)
     values ('from python', 'charge', 'PENDING', 'py_pickle', 1)`,
  )
  const ids = [
    await drover.start('charge', [1], here),
    await drover.start('counting', [1], here),
    await drover.start('counting', [1], { ...here, portable: true }),
  ]
  const written = await database.query(
    'select workflow_uuid as id, serialization from dbos.workflow_status where workflow_uuid = any($1)',
    [ids],
  )
  const byId = new Map(written.map(({ id, serialization }) => [id, serialization]))
  expect(ids.map((id) => byId.get(id))).toEqual(['portable_json', 'js_superjson', 'portable_json'])
  await drover.send('from python', { ok: true })
  await drover.send('from python', { ok: true }, { portable: false })
  const sent = await database.query(
    `select serialization from dbos.notifications where destination_uuid = 'from python' order by created_at_epoch_ms`,
  )
  expect(sent.map(({ serialization }) => serialization)).toEqual(['portable_json', 'js_superjson'])
})

test('what cannot be is told as an error with a code', async () => {
  await expect(drover.wait('nope')).rejects.toMatchObject({ code: 'workflow-not-found' })
  await expect(drover.approve('nope', { as: 'ada' })).rejects.toMatchObject({ code: 'workflow-not-found' })
  const id = await drover.start('counting', [1], { ...here, workflowId: 'counted' })
  await drover.wait(id)
  await expect(drover.start('counting', [1], { ...here, workflowId: id })).rejects.toMatchObject({
    code: 'id-in-use',
  })
  await expect(drover.wait(id, 'event:never')).rejects.toMatchObject({ code: 'condition-not-met' })
  const asking = await drover.start('asking', [], here)
  await expect(drover.wait(asking, 'ended', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'timed-out' })
  expect(await drover.send(asking, 'x', { topic: 'go', idempotencyKey: 'once' })).toBe('sent')
  expect(await drover.send(asking, 'x', { topic: 'go', idempotencyKey: 'once' })).toBe('duplicate')
  expect(await drover.messages(asking)).toHaveLength(1)
  await expect(connect({ databaseUrl: 'postgres://127.0.0.1:1/x' })).rejects.toMatchObject({
    code: 'database-unreachable',
  })
})
