import { expect, test } from 'vitest'
import { experimentWorkflows } from '../../src/commands/serve/experiment-workflows.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { createTestGateway, post } from '../support/test-gateway.ts'

const events = [
  { event: 'progress', value: 50 },
  { event: 'progress', value: 100 },
  { event: 'status', value: 'completed' },
]

const workflows = [
  { workflowId: 'done', name: 'eventsWorkflow', status: 'SUCCESS', input: [3], did: events },
  {
    workflowId: 'asking',
    name: 'approvalWorkflow',
    did: [{ event: 'awaiting:notification', value: {} }, { recv: 'notification' }],
  },
  {
    workflowId: 'streaming',
    name: 'streamingWorkflow',
    did: [
      { stream: 'progress_stream', value: { type: 'start' } },
      { stream: 'other', value: 'no' },
      { stream: 'progress_stream', value: { type: 'complete' } },
    ],
  },
  { workflowId: 'object', name: 'eventsWorkflow', did: [{ event: 'progress', value: { done: 4 } }] },
  { workflowId: 'order/1 ü', name: 'eventsWorkflow', did: [{ event: 'a/b', value: 1 }] },
] as const

const gateway = () => createTestGateway({ store: createFakeStore(workflows, { queues: ['drover'] }) })

test.each([
  ['events', 'eventsWorkflow', 'Workflow started with events'],
  ['messaging', 'approvalWorkflow', 'Workflow started and will wait for approval notification'],
  ['streaming', 'streamingWorkflow', 'Workflow started with streaming'],
])(
  'POST /start-workflow-%s starts %s with the id and the number of the path',
  async (kind, name, message) => {
    const { ask, store } = gateway()
    const { status, body } = await ask(`/start-workflow-${kind}/my%2Fwf/3`, { method: 'POST' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ workflow_id: 'my/wf', message })
    expect(store.started).toMatchObject([{ name, workflowId: 'my/wf', args: [3], queue: 'drover' }])
  },
)

test('the answer to a start names where to go on, with the id as a path has it', async () => {
  const { ask } = gateway()
  const { body } = await ask('/start-workflow-events/my%2Fwf/3', { method: 'POST' })
  expect(body).toMatchObject({
    query_endpoints: {
      all_events: '/workflow-events/my%2Fwf/all',
      result: '/workflow-events/my%2Fwf/result',
    },
  })
  const messaging = await ask('/start-workflow-messaging/m/3', { method: 'POST' })
  expect(messaging.body).toMatchObject({
    send_approval: '/send-message/m',
    note: "Send POST request with JSON body: {'approved': true}. Messages are queued automatically.",
  })
  const streaming = await ask('/start-workflow-streaming/s/3', { method: 'POST' })
  expect(streaming.body).toMatchObject({ read_stream: '/workflow-stream/s' })
})

test('the same start again starts nothing and says so; another one under that id is refused', async () => {
  const { request, ask, store } = gateway()
  const again = await request('/start-workflow-events/done/3', { method: 'POST' })
  expect([again.status, again.headers.get('Drover-Existing')]).toEqual([200, 'SUCCESS'])
  expect(await ask('/start-workflow-events/done/4', { method: 'POST' })).toMatchObject({
    status: 409,
    body: { code: 'id-in-use' },
  })
  expect((await ask('/start-workflow-streaming/done/3', { method: 'POST' })).status).toBe(409)
  expect(store.started).toEqual([])
})

test.each(['x', '1.5', '0', '-1', '%20', '99999999999999999999'])(
  'the number %j of steps is refused in the words of FastAPI',
  async (n) => {
    const { ask, store } = gateway()
    const { status, body } = await ask(`/start-workflow-events/new/${n}`, { method: 'POST' })
    expect(status).toBe(422)
    expect(body).toMatchObject({ detail: [{ loc: ['path', 'n_steps'], input: decodeURIComponent(n) }] })
    expect(store.started).toEqual([])
  },
)

test('without the workflows of the demo there is nothing to start', async () => {
  const { experiment } = { experiment: { ...emptyExperiment } }
  const { ask } = createTestGateway({ experiment })
  expect(await ask('/start-workflow-events/new/3', { method: 'POST' })).toMatchObject({
    status: 404,
    body: { code: 'workflow-not-registered' },
  })
})

const emptyExperiment = {
  events: 'eventsWorkflow',
  messaging: 'approvalWorkflow',
  streaming: 'streamingWorkflow',
  topic: 'notification',
  streamKey: 'progress_stream',
  registered: new Set<string>(),
}

test('all events of a workflow, at once, also where there are none', async () => {
  const { ask } = gateway()
  expect(await ask('/workflow-events/done/all')).toEqual({
    status: 200,
    body: { workflow_id: 'done', events: { progress: 100, status: 'completed' } },
  })
  expect(await ask('/workflow-events/streaming/all')).toMatchObject({ status: 200, body: { events: {} } })
  expect(await ask('/workflow-events/nobody/all')).toMatchObject({
    status: 404,
    body: { code: 'workflow-not-found' },
  })
})

test('one event is its latest value; ids and keys may hold anything', async () => {
  const { ask } = gateway()
  expect(await ask('/workflow-events/done/progress')).toEqual({
    status: 200,
    body: { workflow_id: 'done', event_key: 'progress', value: 100 },
  })
  expect(await ask('/workflow-events/order%2F1%20%C3%BC/a%2Fb')).toMatchObject({
    status: 200,
    body: { workflow_id: 'order/1 ü', event_key: 'a/b', value: 1 },
  })
})

test.each([
  ['/workflow-events/nobody/progress', 'workflow-not-found'],
  ['/workflow-events/done/nothing', 'event-never-published'],
  ['/workflow-events/done/nothing?timeout=0', 'event-never-published'],
  ['/workflow-events/object/progress.done?timeout=0', 'timed-out'],
  ['/workflow-events/asking/progress?timeout=0', 'timed-out'],
  ['/workflow-events/asking/progress?timeout=0.01', 'timed-out'],
])('%s is not there: %s', async (path, code) => {
  expect(await gateway().ask(path)).toMatchObject({
    status: 404,
    body: { code, detail: expect.stringMatching(/^Event '[\w.]+' not found or timeout reached$/) },
  })
})

test('a time-out that is no number is refused', async () => {
  const { ask } = gateway()
  for (const timeout of ['soon', '', 'NaN', 'Infinity']) {
    const { status, body } = await ask(`/workflow-events/done/progress?timeout=${timeout}`)
    expect(status).toBe(422)
    expect(body).toMatchObject({ detail: [{ loc: ['query', 'timeout'] }] })
  }
})

test('the first value of an event is waited for', async () => {
  const { ask, store } = gateway()
  const asked = ask('/workflow-events/asking/progress?timeout=60')
  store.run('asking', { event: 'other', value: 1 }, { event: 'progress', value: 7 })
  expect(await asked).toMatchObject({ status: 200, body: { value: 7 } })
})

test('what ends without the event is told when it ends', async () => {
  const { ask, store } = gateway()
  const asked = ask('/workflow-events/asking/progress?timeout=60')
  store.end('asking', 'SUCCESS')
  expect(await asked).toMatchObject({ status: 404, body: { code: 'event-never-published' } })
})

test('a message goes to the topic of the experiment, once under a key', async () => {
  const { ask, store } = gateway()
  const payload = { approved: true, message: 'Approved!' }
  expect(await ask('/send-message/asking', post(payload, { 'Idempotency-Key': 'k' }))).toEqual({
    status: 200,
    body: { workflow_id: 'asking', message: 'Notification sent to workflow', payload },
  })
  expect((await ask('/send-message/asking', post(payload, { 'Idempotency-Key': 'k' }))).status).toBe(200)
  expect(store.sent).toMatchObject([{ workflowId: 'asking', topic: 'notification', message: payload }])
})

test.each([
  ['nobody', post({}), 404],
  ['done', post({}), 409],
  ['asking', post('yes'), 422],
  ['asking', post([1]), 422],
  ['asking', { ...post({}), body: '{"approved": ' }, 422],
  ['asking', { ...post({}), body: '{"n": 12345678901234567890}' }, 422],
  ['asking', { ...post({}), body: new Uint8Array([0x22, 0xff, 0x22]) }, 422],
  ['asking', { method: 'POST', body: '{}', headers: { 'Content-Type': 'text/plain' } }, 415],
  ['asking', { method: 'POST' }, 415],
  ['asking', { ...post({}), body: JSON.stringify({ big: 'x'.repeat(2 ** 20) }) }, 413],
])('a message to %s that cannot be sent is refused', async (id, init, status) => {
  const { ask, store } = gateway()
  expect((await ask(`/send-message/${id}`, init)).status).toBe(status)
  expect(store.sent).toEqual([])
})

test('a stream is what is there now', async () => {
  const { ask } = gateway()
  expect(await ask('/workflow-stream/streaming')).toEqual({
    status: 200,
    body: {
      workflow_id: 'streaming',
      stream_values: [{ type: 'start' }, { type: 'complete' }],
      total_messages: 2,
    },
  })
  expect(await ask('/workflow-stream/done')).toMatchObject({ status: 200, body: { stream_values: [] } })
  expect((await ask('/workflow-stream/nobody')).status).toBe(404)
})

test('health tells memory, and 503 where the database does not answer', async () => {
  expect(await gateway().ask('/health')).toMatchObject({
    status: 200,
    body: { status: 'ok', memory_mb: expect.any(Number) },
  })
  const store = { ...createFakeStore(), clock: async () => Promise.reject(new Error('gone')) }
  const broken = createTestGateway({ store })
  for (const path of ['/health', '/readyz']) expect((await broken.ask(path)).status).toBe(503)
  expect((await broken.ask('/healthz')).status).toBe(200)
})

test('other workflows stand behind these routes where the configuration names them', async () => {
  const experiment = experimentWorkflows(undefined, { events: 'countdown', topic: 'done' })
  expect(experiment).toMatchObject({ events: 'countdown', messaging: 'approvalWorkflow', topic: 'done' })
  const store = createFakeStore([{ workflowId: 'before', name: 'countdown' }])
  const { ask } = createTestGateway({ store, experiment })
  expect((await ask('/start-workflow-events/one/3', post())).status).toBe(200)
  expect(store.started).toMatchObject([{ name: 'countdown', args: [3] }])
})
