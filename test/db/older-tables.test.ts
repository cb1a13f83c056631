import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import { diagnose } from '../../src/core/diagnosis/diagnose.ts'
import type { Situation } from '../../src/core/diagnosis/situation.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { untilItEnds } from '../support/feed.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'

/** What the tables of older SDKs lack, taken away from ours. */
const ages = {
  '5.1': ['alter table dbos.workflow_status drop column creator_xid'],
  '5.0': [
    'alter table dbos.workflow_status drop column creator_xid',
    'alter table dbos.notifications drop column consumed_by_function_id',
  ],
  '4.10': [
    'alter table dbos.workflow_status drop column creator_xid',
    'alter table dbos.notifications drop column consumed_by_function_id',
    `update dbos.workflow_status w set
       inputs = (select inputs from dbos.workflow_input i where i.workflow_uuid = w.workflow_uuid),
       output = (select output from dbos.workflow_output o where o.workflow_uuid = w.workflow_uuid)`,
    'drop table dbos.workflow_input, dbos.workflow_output, dbos.queues',
    'alter table dbos.workflow_status drop column application_name, drop column completed_at',
    'alter table dbos.application_versions drop column application_name',
    'drop function dbos.enqueue_workflow',
  ],
}

let database: TestDatabase

beforeEach(async () => {
  database = await createTestDatabase({ own: false })
  await seedWorkflow(database, {
    workflowId: 'done',
    status: 'SUCCESS',
    input: [1],
    output: 'fine',
    did: [
      { event: 'progress', value: 1 },
      { stream: 'log', value: 'x' },
      { recv: 'go', message: true },
    ],
  })
  await seedWorkflow(database, {
    workflowId: 'asking',
    did: [
      { event: 'awaiting:go', value: 'Go?' },
      { recv: 'go', timeoutSeconds: 1e9 },
    ],
  })
})

afterEach(() => database.drop())

describe.each(Object.entries(ages))('tables of SDK %s', (age, statements) => {
  test('are read, followed and answered', async () => {
    for (const statement of statements) await database.query(statement)
    const store = await openStore(database.target)
    expect(await store.list({ limit: 9 })).toHaveLength(2)
    expect(await store.get('done')).toMatchObject({ input: [1], output: 'fine', status: 'SUCCESS' })
    expect(await store.events('done')).toMatchObject([{ key: 'progress', value: 1 }])
    expect(await store.messages('done')).toMatchObject([{ topic: 'go', message: true, read: true }])
    expect(await store.hasQueue('any')).toBe(false)
    expect(await store.origins('exampleWorkflow')).toHaveLength(1)
    expect(await store.executors()).toEqual([])
    expect(diagnose((await store.situations(['asking']))[0] as Situation).causes).toMatchObject([
      { kind: 'executor-gone' },
      { kind: 'waits-for-message' },
    ])
    const place = { queue: 'any', application: 'example', partition: null }
    expect((await store.outlook(place)).queue.isRegistered).toBe(age === '4.10')
    const changes: Change[] = []
    const follow = (signal: AbortSignal) => store.follow(['done'], { signal })
    for await (const change of untilItEnds('the feed of done', follow)) changes.push(change)
    expect(changes.map(({ type }) => type).sort()).toEqual(
      ['event', 'message', 'message', 'status', 'status', 'step', 'step', 'step', 'step', 'stream'].sort(),
    )
    const [wait] = await store.waits(['asking'])
    if (!wait) throw new Error('it waits')
    expect((await store.inbox({})).waits).toMatchObject([{ workflowId: 'asking', topic: 'go' }])
    const decision = {
      wait,
      topic: 'go',
      verdict: 'approved',
      message: { approved: true },
      actor: { name: 'ada', source: '--as' },
      comment: null,
      isRecorded: false,
    } as const
    expect(await store.decide(decision)).toMatchObject({ outcome: 'stored' })
    expect(await store.decide(decision)).toMatchObject({ outcome: 'repeated' })
    expect(await store.waitAt('asking', wait.step)).toMatchObject({ topic: 'go' })
    expect(await store.learnAnswers([{ name: 'exampleWorkflow', step: 1 }])).toBeInstanceOf(Array)
    const started = store.start({ name: 'x', workflowId: 'new', args: [{ a: 1 }], queue: 'q', version: 'v1' })
    expect(await started).toBe('started')
    expect(await store.get('new')).toMatchObject({ input: [{ a: 1 }], version: 'v1', status: 'ENQUEUED' })
    await store.close()
  })

  test('tell who is gone and what nobody runs, and both are handed on', async () => {
    await seedWorkflow(database, { workflowId: 'late', status: 'ENQUEUED', queue: 'mails' })
    for (const statement of statements) await database.query(statement)
    const store = await openStore(database.target)
    const { at, deadExecutors: gone, unclaimed } = await store.scanExecutors()
    const application = age === '4.10' ? null : 'example'
    expect(unclaimed).toMatchObject([{ application, version: 'v1', workflowCount: 1 }])
    const request = { application, version: 'v1', seenAt: at, toVersion: 'v2', workflowIds: ['late'] }
    expect(await store.moveToVersion(request)).toEqual(['late'])
    expect((await store.get('late'))?.version).toBe('v2')
    const [executor] = gone
    if (!executor) throw new Error('its executor is gone')
    expect(executor.application).toBe(application)
    expect(await store.handOver({ ...executor, seenAt: at })).toEqual(['asking'])
    await store.close()
  })
})

test('tables whose queues have no limits of partitions say so by the name of the column', async () => {
  await database.query(
    `alter table dbos.queues drop column partition_concurrency, drop column partition_worker_concurrency,
       drop column partition_rate_limit_max, drop column partition_rate_limit_period_sec`,
  )
  await database.query(`insert into dbos.queues (name, partition_queue) values ('old', true)`)
  const store = await openStore(database.target)
  const limits = { partitionConcurrency: 1 }
  const refused = {
    code: 'schema-unsupported',
    message: expect.stringContaining('"partition_concurrency"'),
  }
  await expect(store.createQueue('new', null, limits)).rejects.toMatchObject(refused)
  await expect(store.setQueue('old', limits)).rejects.toMatchObject(refused)
  await expect(store.setQueue('old', { partitionConcurrency: null })).rejects.toMatchObject(refused)
  expect(await store.createQueue('new', null, { concurrency: 2 })).toBe('changed')
  expect(await store.setQueue('old', { pollMs: 100 })).toBe('changed')
  expect(await store.queues()).toMatchObject([
    { name: 'new', concurrency: 2, isPartitioned: false, pollMs: 1000 },
    { name: 'old', pollMs: 100, isPartitioned: true, partitionConcurrency: null, partitionRateLimit: null },
  ])
  await store.close()
})
