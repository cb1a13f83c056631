import { randomUUID } from 'node:crypto'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Runtime } from '../../src/core/run/runtime.ts'
import { loadApp } from '../../src/runtime/load-app.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startHost } from './host-process.ts'

let database: TestDatabase
let runtime: Runtime

const application = 'drover-demo'
const builtIns = { 'drover:demo': () => import('../../src/demo/workflows.ts') }

beforeAll(async () => {
  database = await createTestDatabase()
  const app = await loadApp('drover:demo', {
    cwd: import.meta.dirname,
    builtIns,
    launchTimeoutMs: 0,
    onNotice: () => {},
  })
  runtime = await app.launch({
    database: database.target,
    own: true,
    application,
    version: 'drover-demo@dev',
    queues: 'all',
    keepHandingOver: false,
    onLog: () => {},
    onNotice: () => {},
    onHandOver: () => {},
    onUnknown: () => {},
  })
})

afterAll(async () => {
  await runtime?.shutdown()
  await database?.drop()
})

async function start(name: string, ...args: readonly (number | string)[]): Promise<string> {
  const workflowId = randomUUID()
  const workflow = { name, className: null, instances: [] }
  await runtime.start({ workflow, instance: null, workflowId, args })
  return workflowId
}

async function resultOf(workflowId: string): Promise<unknown> {
  return await DBOS.getResult(workflowId, { pollingIntervalMs: 20 })
}

test('the demo registers its workflows under their names', async () => {
  // A process in which nothing else is registered.
  const host = await startHost('drover:demo')
  onTestFinished(() => host.kill())
  const app = host.loaded
  expect(app.configuredName).toBe(application)
  expect(app.packageName).toBeNull()
  expect(app.workflows.map(({ name }) => name).sort()).toEqual([
    'approvalWorkflow',
    'eventsWorkflow',
    'publish',
    'publishWorkflow',
    'streamingWorkflow',
  ])
  expect(app.workflows.find(({ name }) => name === 'publish')).toEqual({
    name: 'publish',
    className: 'Publisher',
    instances: ['publisher1'],
  })
})

test('eventsWorkflow publishes 2n + 5 times and returns its steps', async () => {
  const workflowId = await start('eventsWorkflow', 3, 1)
  expect(await resultOf(workflowId)).toEqual([
    { n: 10, fibonacci: 55 },
    { n: 11, fibonacci: 89 },
    { n: 12, fibonacci: 144 },
  ])
  expect(await DBOS.getEvent(workflowId, 'result')).toEqual({ total_steps: 3, total_fibonacci: 288 })
  expect(await DBOS.getEvent(workflowId, 'progress')).toBe(100)
  expect(await DBOS.getEvent(workflowId, 'status')).toBe('completed')
  const history = await database.query('select from dbos.workflow_events_history where workflow_uuid = $1', [
    workflowId,
  ])
  expect(history).toHaveLength(2 * 3 + 5)
})

test('approvalWorkflow works once approved', async () => {
  const workflowId = await start('approvalWorkflow', 2)
  await DBOS.send(workflowId, { approved: true, by: 'ada', comment: 'looks fine' }, 'notification')
  expect(await resultOf(workflowId)).toEqual({
    status: 'completed',
    decision: 'approved',
    reason: 'looks fine',
    by: 'ada',
    results: [
      { n: 10, fibonacci: 55 },
      { n: 11, fibonacci: 89 },
    ],
  })
})

test('approvalWorkflow does nothing when rejected', async () => {
  const workflowId = await start('approvalWorkflow', 2)
  await DBOS.send(workflowId, { approved: false, by: 'ada', comment: 'no' }, 'notification')
  expect(await resultOf(workflowId)).toEqual({
    status: 'cancelled',
    decision: 'rejected',
    reason: 'no',
    by: 'ada',
    results: [],
  })
})

test('approvalWorkflow tells silence from a rejection', async () => {
  const workflowId = await start('approvalWorkflow', 2, 0.1)
  expect(await resultOf(workflowId)).toMatchObject({
    status: 'cancelled',
    decision: 'timed-out',
    reason: 'nobody answered within 0.1 s',
  })
})

test('approvalWorkflow asks right before it waits', async () => {
  const workflowId = await start('approvalWorkflow', 3, 30)
  expect(await DBOS.getEvent(workflowId, 'awaiting:notification')).toEqual({
    topic: 'notification',
    prompt: 'Run 3 steps?',
    steps: 3,
    until: expect.stringMatching(/^\d{4}-.*Z$/),
  })
  await DBOS.send(workflowId, { approved: false }, 'notification')
  await resultOf(workflowId)
  const steps = await DBOS.listWorkflowSteps(workflowId)
  expect(steps?.map(({ functionID, name }) => [functionID, name])).toEqual([
    [0, 'DBOS.setEvent'],
    [1, 'DBOS.recv'],
    [2, 'DBOS.sleep'],
  ])
})

test('streamingWorkflow writes 2n + 2 values and closes its stream', async () => {
  const workflowId = await start('streamingWorkflow', 2, 1)
  const values = []
  for await (const value of DBOS.readStream<{ type: string }>(workflowId, 'progress_stream')) {
    values.push(value.type)
  }
  expect(values).toEqual(['start', 'progress', 'result', 'progress', 'result', 'complete'])
  expect(await resultOf(workflowId)).toHaveLength(2)
})

test('publishWorkflow loses no task', async () => {
  const workflowId = await start('publishWorkflow', 8, 5)
  expect(await resultOf(workflowId)).toEqual({
    tasks: 8,
    published: 8,
    failed: [],
    publishedById: { workflow1: 4, workflow2: 4 },
    publishedByExecutor: { [runtime.executorId]: 8 },
  })
  expect(await DBOS.getEvent(workflowId, 'progress')).toEqual({ done: 8, total: 8 })
})

test.each([
  ['eventsWorkflow', [0], 'n must be a positive integer, not 0'],
  ['approvalWorkflow', ['three'], 'n must be a positive integer, not "three"'],
  ['streamingWorkflow', [1.5], 'n must be a positive integer, not 1.5'],
  ['publishWorkflow', [-1], 'tasks must be a positive integer, not -1'],
  ['eventsWorkflow', [1, -5], 'stepMs must be a number from 0 on, not -5'],
])('%s refuses the arguments %j', async (name, args, message) => {
  const workflowId = await start(name, ...args)
  await expect(resultOf(workflowId)).rejects.toThrow(message)
})

test('a workflow id that is in use is refused', async () => {
  const workflowId = await start('eventsWorkflow', 1, 0)
  const workflow = { name: 'eventsWorkflow', className: null, instances: [] }
  await expect(runtime.start({ workflow, instance: null, workflowId, args: [1, 0] })).rejects.toMatchObject({
    code: 'id-in-use',
  })
})

test('a method runs on the instance that was named, and only on one that exists', async () => {
  const workflow = { name: 'publish', className: 'Publisher', instances: ['publisher1'] }
  const workflowId = randomUUID()
  await runtime.start({ workflow, instance: 'publisher1', workflowId, args: [1, 'workflow1', 0] })
  expect(await resultOf(workflowId)).toMatchObject({ task: 1, executorId: runtime.executorId })
  await expect(
    runtime.start({ workflow, instance: 'publisher2', workflowId: randomUUID(), args: [] }),
  ).rejects.toMatchObject({ code: 'instance-not-registered', hint: '--instance takes publisher1' })
})

test('a name that is not registered is refused', async () => {
  const workflow = { name: 'nope', className: null, instances: [] }
  await expect(
    runtime.start({ workflow, instance: null, workflowId: randomUUID(), args: [] }),
  ).rejects.toMatchObject({ code: 'workflow-not-registered' })
})
