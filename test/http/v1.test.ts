import { describe, expect, test } from 'vitest'
import { documentedKeys } from '../support/documented-keys.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { createTestGateway, post } from '../support/test-gateway.ts'

const gateway = () => createTestGateway({ store: createExampleStore() })

/** Where each shape of docs/output.md is answered. */
const answers = [
  ['Workflow', '/v1/workflows/done'],
  ['Row', '/v1/workflows'],
  ['Step', '/v1/workflows/done/steps'],
  ['Event', '/v1/workflows/done/events'],
  ['Event', '/v1/workflows/done/events/progress'],
  ['Message', '/v1/workflows/answered/messages'],
  ['Explanation', '/v1/workflows/asking/explain'],
  ['Met', '/v1/workflows/done/result'],
  ['Met', '/v1/workflows/done/wait?for=event:progress'],
  ['Wait', '/v1/inbox'],
  ['Wait', '/v1/waits/asking%231'],
  ['Worker', '/v1/workers'],
  ['Queue', '/v1/queues'],
  ['Version', '/v1/versions'],
  ['Schedule', '/v1/schedules'],
] as const

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties: object }>> }
}

async function describedBy(ask: ReturnType<typeof gateway>['ask']): Promise<Described> {
  const { status, body } = await ask('/openapi.json')
  expect(status).toBe(200)
  return body as Described
}

test.each(answers)(
  'the %s of GET %s is the one of docs/output.md, and of /openapi.json',
  async (shape, path) => {
    const { ask } = gateway()
    const { status, body } = await ask(path)
    expect(status).toBe(200)
    const first = Array.isArray(body) ? body[0] : body
    expect(Object.keys(first)).toEqual(documentedKeys(shape))
    const { components } = await describedBy(ask)
    expect(Object.keys(components.schemas[shape]?.properties ?? {})).toEqual(documentedKeys(shape))
  },
)

test('what is sent, decided and recorded has its documented shape, too', async () => {
  const { ask } = gateway()
  const sent = await ask('/v1/workflows/running/messages', post({ topic: 'x', message: 1 }))
  expect(Object.keys(sent.body as object)).toEqual(documentedKeys('Sent'))
  const decided = await ask('/v1/waits/asking%231', post({ decision: 'approved' }))
  expect(Object.keys(decided.body as object)).toEqual(documentedKeys('Decision'))
  const { body } = await ask('/v1/decisions')
  expect(Object.keys((body as object[])[0] ?? {})).toEqual(documentedKeys('Record'))
  const { components } = await describedBy(ask)
  for (const shape of ['Sent', 'Decision', 'Record', 'Met']) {
    expect(Object.keys(components.schemas[shape]?.properties ?? {})).toEqual(documentedKeys(shape))
  }
})

test('a list leaves payloads out, filters as drover list does, and pages to its end', async () => {
  const { request, ask } = gateway()
  const { body } = await ask('/v1/workflows?status=SUCCESS&name=orderWorkflow')
  expect(body).toMatchObject([{ workflowId: 'done' }])
  expect(Object.keys((body as object[])[0] ?? {})).not.toContain('input')
  const seen: string[] = []
  let next: string | undefined = '/v1/workflows?limit=3'
  while (next !== undefined) {
    const page: Response = await request(next)
    const rows = (await page.json()) as { readonly workflowId: string }[]
    seen.push(...rows.map(({ workflowId }) => workflowId))
    next = /<([^>]+)>; rel="next"/.exec(page.headers.get('Link') ?? '')?.[1]
  }
  expect(seen).toHaveLength(8)
  expect(new Set(seen).size).toBe(8)
})

test('a start is enqueued, attached to while it is active, and refused once it has ended', async () => {
  const { ask, request, store } = createTestGateway({ store: createFakeStore([], { queues: ['drover'] }) })
  const body = { name: 'checkout', args: [{ items: 3 }], id: 'order/1', priority: 2, delay: '1s' }
  const first = await request('/v1/workflows', post(body))
  expect([first.status, first.headers.get('Location')]).toEqual([201, '/v1/workflows/order%2F1'])
  expect(Object.keys((await first.json()) as object)).toEqual(documentedKeys('Workflow'))
  expect(store.started).toMatchObject([
    { name: 'checkout', workflowId: 'order/1', priority: 2, delayMs: 1000, application: 'test-app' },
  ])
  expect((await ask('/v1/workflows', post(body))).status).toBe(200)
  expect(await ask('/v1/workflows', post({ ...body, args: [] }))).toMatchObject({ status: 409 })
  store.end('order/1', 'SUCCESS')
  expect(await ask('/v1/workflows', post(body))).toMatchObject({
    status: 409,
    body: { error: { code: 'id-in-use' } },
  })
  expect((await ask('/v1/workflows/order%2F1')).body).toMatchObject({
    workflowId: 'order/1',
    status: 'SUCCESS',
  })
})

test('a decision is stored once: the same again is repeated, another one is told what came first', async () => {
  const { ask, store } = gateway()
  const approve = post({ decision: 'approved', by: 'ada', comment: 'fine' })
  expect(await ask('/v1/waits/asking%231', approve)).toMatchObject({
    status: 200,
    body: { outcome: 'stored', by: 'ada', comment: 'fine', topic: 'legal', step: 1 },
  })
  expect((await ask('/v1/waits/asking%231', approve)).body).toMatchObject({ outcome: 'repeated' })
  expect(await ask('/v1/waits/asking%231', post({ decision: 'rejected', comment: 'no' }))).toMatchObject({
    status: 409,
    body: { error: { code: 'already-decided', message: expect.stringContaining('by ada') } },
  })
  expect(store.decided.map(({ actor }) => actor)).toContainEqual({ name: 'ada', source: 'gateway' })
})

describe('each refusal has its status', () => {
  test.each([
    ['/v1/workflows/nobody', undefined, 404, 'workflow-not-found'],
    ['/v1/workflows/nobody/wait', undefined, 404, 'workflow-not-found'],
    ['/v1/workflows/done/events/nothing', undefined, 404, 'event-not-found'],
    ['/v1/waits/asking%239', undefined, 404, 'wait-not-found'],
    ['/v1/waits/asking%2399999999999', undefined, 404, 'wait-not-found'],
    ['/v1/waits/asking', undefined, 404, 'wait-not-found'],
    ['/v1/nothing', undefined, 404, 'no-such-route'],
    ['/v1/workflows/running/result', undefined, 409, 'not-ended'],
    ['/v1/workflows/failed/result', undefined, 409, 'workflow-failed'],
    ['/v1/workflows/cancelled/wait', undefined, 409, 'workflow-cancelled'],
    ['/v1/workflows/done/wait?for=event:never', undefined, 409, 'condition-not-met'],
    ['/v1/workflows/running/wait?timeout=1ms', undefined, 408, 'timed-out'],
    ['/v1/workflows/done/wait?timeout=0s&for=event:never', undefined, 409, 'condition-not-met'],
    ['/v1/workflows/asking/wait?failOnInput=true', undefined, 409, 'waiting-for-input'],
    ['/v1/workflows/running/wait?for=nonsense', undefined, 422, 'invalid-argument'],
    ['/v1/workflows/running/wait?timeout=soon', undefined, 422, 'invalid-argument'],
    ['/v1/workflows?status=LOST', undefined, 422, 'invalid-argument'],
    ['/v1/workflows?limit=0', undefined, 422, 'invalid-argument'],
    ['/v1/workflows?limit=1&limit=2', undefined, 422, 'invalid-argument'],
    ['/v1/workflows?colour=red', undefined, 422, 'invalid-argument'],
    ['/v1/workflows?since=soon', undefined, 422, 'invalid-argument'],
    ['/v1/workflows?after=x', undefined, 422, 'invalid-argument'],
    ['/v1/workflows?name=%00', undefined, 422, 'invalid-argument'],
    ['/v1/workflows/%00', undefined, 422, 'invalid-argument'],
    ['/v1/workflows', post({}), 422, 'invalid-argument'],
    ['/v1/workflows', post({ name: 'x', colour: 'red' }), 422, 'invalid-argument'],
    ['/v1/workflows', post({ name: 'x', id: '-x' }), 422, 'invalid-argument'],
    ['/v1/workflows', post({ name: 'x', args: ['\0'] }), 422, 'invalid-argument'],
    ['/v1/workflows/done/messages', post({ message: 1 }), 409, 'already-ended'],
    ['/v1/workflows/nobody/messages', post({ message: 1 }), 404, 'workflow-not-found'],
    ['/v1/waits/asking%231', post({ decision: 'maybe' }), 422, 'invalid-argument'],
    ['/v1/waits/asking%231', post({ decision: 'rejected' }), 422, 'usage'],
    ['/v1/waits/done%231', post({ decision: 'approved' }), 409, 'already-ended'],
    ['/v1/waits/nobody%231', post({ decision: 'approved' }), 404, 'workflow-not-found'],
    ['/v1/inbox', post({}), 405, 'method-not-allowed'],
  ])('%s', async (path, init, status, code) => {
    const { ask, log } = gateway()
    expect(await ask(path, init)).toMatchObject({ status, body: { error: { code } } })
    expect(log).toHaveLength(1)
  })
})

test('whoever asks only with GET and HEAD changes nothing', async () => {
  const { app, request, store } = gateway()
  const { paths } = await describedBy(gateway().ask)
  const known = [...new Set(app.routes.map(({ path }) => path))].filter((path) => path !== '/*')
  expect(known.length).toBeGreaterThan(Object.keys(paths).length)
  for (const path of known) {
    const concrete = path.replace(':wait', 'asking%231').replace(':id', 'asking').replaceAll(/:\w+/g, '1')
    for (const method of ['GET', 'HEAD'])
      await request(`${concrete}${concrete.includes('wait') ? '?timeout=1ms' : ''}`, { method })
  }
  expect([store.started, store.sent, store.decided, store.managed]).toEqual([[], [], [], []])
})

test('a wait is for one, for what a filter finds, or for what appears', async () => {
  const { ask, store } = createTestGateway({ store: createExampleStore() })
  expect(await ask('/v1/workflows/done/wait?for=result.total%3E%3D3')).toMatchObject({
    status: 200,
    body: { workflowId: 'done', value: 3 },
  })
  expect(await ask('/v1/wait?name=orderWorkflow&any=true&for=result.total%3D3')).toMatchObject({
    status: 200,
    body: [{ workflowId: 'done', value: 3 }],
  })
  expect(await ask('/v1/workflows/nobody/wait?for=deleted')).toMatchObject({ status: 200 })
  expect(await ask('/v1/workflows/nobody/wait?for=created&timeout=20ms')).toMatchObject({ status: 408 })
  expect(await ask('/v1/wait?name=nothing')).toMatchObject({ status: 404 })
  expect(await ask('/v1/wait')).toMatchObject({ status: 422 })
  const created = ask('/v1/workflows/new/wait?for=created')
  store.add({ workflowId: 'new', name: 'checkout' })
  expect(await created).toMatchObject({ status: 200, body: { workflowId: 'new', value: 'new' } })
})

test.each([
  ['/v1/workflows?stauts=ERROR', undefined, 'there is no "stauts" here'],
  ['/v1/workflows?roots=yes', undefined, '"roots" must be "true" or "false", not "yes"'],
  ['/v1/waits/asking%231', post({}), '"decision" is missing'],
  [
    '/v1/waits/asking%231',
    post({ decision: 'maybe' }),
    '"decision" must be "approved" or "rejected", not "maybe"',
  ],
  ['/v1/waits/asking%231', post({ decision: 'approved', why: 1 }), 'there is no "why" here'],
  ['/v1/waits/asking%231', post([]), '"decision" is missing'],
  ['/v1/waits/asking%231', post('approved'), 'it must be a JSON object, not "approved"'],
])('what is not right about %s is said: %s', async (path, init, what) => {
  const { body } = await gateway().ask(path, init)
  expect(body).toMatchObject({
    error: { message: `The request is not right: ${what}.`, hint: 'GET /openapi.json' },
  })
})
