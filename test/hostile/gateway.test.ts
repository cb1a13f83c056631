import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLink } from '../../src/core/links/answer-link.ts'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import type { FakeStore } from '../support/fake-store.ts'
import { hostilePlan } from '../support/hostile-plan.ts'
import { createExampleDatabase } from '../support/refuse-commands.ts'
import { type RefusingProxy, startRefusingProxy } from '../support/refusing-proxy.ts'
import { createTestGateway, post, testLinkKeys } from '../support/test-gateway.ts'
import { waitUntil } from '../support/wait-until.ts'

const states = hostilePlan.isShort
  ? ['25006', '57014']
  : ['25006', '57014', '22003', '42P01', '53300', 'P0001']
const positions = hostilePlan.isShort ? [1] : [0, 1, 3]

let proxy: RefusingProxy
let store: Store
let link: string

beforeAll(async () => {
  proxy = await startRefusingProxy()
  const database = await createExampleDatabase()
  const url = proxy.urlOf(database.target.url)
  store = await openStore({ ...database.target, url }, { noticeAfterMs: 60_000 })
  const [wait] = await store.waits(['asking'])
  if (!wait) throw new Error('it waits')
  const publicUrl = 'http://localhost:8000'
  const request = {
    wait,
    actor: 'ada',
    database: store.database,
    publicUrl,
    now: new Date(),
    forMs: 3_600_000,
  }
  link = new URL(await createLink(request, testLinkKeys)).pathname
})
afterAll(async () => {
  await store.close()
  proxy.close()
})

type Asked = readonly [route: string, path: string, init?: RequestInit]

/** What asks for each route; `LINK` is one that was made. */
const requests: readonly Asked[] = [
  ['GET /healthz', '/healthz'],
  ['GET /readyz', '/readyz'],
  ['GET /metrics', '/metrics'],
  ['GET /health', '/health'],
  ['POST /start-workflow-events/:id/:n', '/start-workflow-events/new-1/3', post()],
  ['POST /start-workflow-messaging/:id/:n', '/start-workflow-messaging/new-2/3', post()],
  ['POST /start-workflow-streaming/:id/:n', '/start-workflow-streaming/new-3/3', post()],
  ['GET /workflow-events/:id/all', '/workflow-events/done/all?timeout=0'],
  ['GET /workflow-events/:id/:key', '/workflow-events/done/progress?timeout=0'],
  ['POST /send-message/:id', '/send-message/running', post({ approved: true })],
  ['GET /workflow-stream/:id', '/workflow-stream/done'],
  ['GET /v1/workflows', '/v1/workflows'],
  ['POST /v1/workflows', '/v1/workflows', post({ name: 'orderWorkflow', queue: 'mails', version: 'v1' })],
  ['GET /v1/workflows/:id', '/v1/workflows/done'],
  ['GET /v1/workflows/:id/steps', '/v1/workflows/done/steps'],
  ['GET /v1/workflows/:id/events', '/v1/workflows/done/events'],
  ['GET /v1/workflows/:id/events/:key', '/v1/workflows/done/events/progress'],
  ['GET /v1/workflows/:id/messages', '/v1/workflows/done/messages'],
  ['POST /v1/workflows/:id/messages', '/v1/workflows/running/messages', post({ message: 1 })],
  ['GET /v1/workflows/:id/children', '/v1/workflows/done/children'],
  ['GET /v1/workflows/:id/explain', '/v1/workflows/queued/explain'],
  ['GET /v1/workflows/:id/result', '/v1/workflows/done/result'],
  ['GET /v1/workflows/:id/wait', '/v1/workflows/done/wait?timeout=1s'],
  ['GET /v1/wait', '/v1/wait?name=orderWorkflow&timeout=1s'],
  ['GET /v1/inbox', '/v1/inbox'],
  ['GET /v1/waits/:wait', '/v1/waits/asking%231'],
  ['POST /v1/waits/:wait', '/v1/waits/asking%231', post({ decision: 'approved', by: 'ada' })],
  ['GET /v1/decisions', '/v1/decisions'],
  ['GET /v1/queues', '/v1/queues'],
  ['GET /v1/workers', '/v1/workers'],
  ['GET /v1/versions', '/v1/versions'],
  ['GET /v1/schedules', '/v1/schedules'],
  ['GET /v1/stats', '/v1/stats?since=1d&name=orderWorkflow'],
  ['GET /v1/workflows/:id/changes', '/v1/workflows/done/changes'],
  ['GET /v1/workflows/:id/streams/:key', '/v1/workflows/done/streams/log'],
  ['GET /v1/inbox/changes', '/v1/inbox/changes'],
  ['GET /openapi.json', '/openapi.json'],
  ['POST /session', '/session', post({ token: 'x' })],
  ['GET /', '/'],
  ['GET /workflows', '/workflows'],
  ['GET /workflows/:id', '/workflows/done'],
  ['GET /waits/:wait', '/waits/asking%231'],
  ['POST /waits/:wait', '/waits/asking%231', form({ decision: 'approved', by: 'ada' })],
  ['GET /live', '/live'],
  ['GET /workflows/:id/live', '/workflows/done/live'],
  ['GET /waits/:wait/live', '/waits/asking%231/live'],
  ['GET /a/:token', 'LINK'],
  ['GET /a/:token/live', 'LINK/live'],
  ['POST /a/:token', 'LINK', form({ decision: 'approved' })],
]

function form(fields: Record<string, string>): RequestInit {
  return {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'http://localhost:8000' },
  }
}

const gateway = () => createTestGateway({ store: store as FakeStore, now: () => new Date() })

test('every route is asked for below', () => {
  const routes = gateway().app.routes.map(({ method, path }) => `${method} ${path}`)
  const asked = requests.map(([route]) => route)
  expect([...new Set(routes.filter((route) => !route.startsWith('ALL ')))].sort()).toEqual([...asked].sort())
})

const cases = requests.map(([route, path, init]) => ({ route, path, init }))

test.each(cases)('no refusal of Postgres makes $route a bug', async ({ path, init }) => {
  for (const state of states) {
    for (const position of positions) {
      const { request, log } = gateway()
      const leaving = new AbortController()
      proxy.refuse(state, position)
      const response = await request(path.replace('LINK', link), { ...init, signal: leaving.signal })
      const text = await textOf(response)
      leaving.abort()
      const what = { state, position, status: response.status }
      expect({ ...what, isBug: response.status === 500 || /bug in drover/.test(text) }).toEqual({
        ...what,
        isBug: false,
      })
      expect(log.filter((line) => /^ {4}at /m.test(line))).toEqual([])
    }
  }
})

/** Of one that goes on for as long as somebody reads it, what has come when the refusal is behind it. */
async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) return response.text()
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let isOver = false
  const reading = (async () => {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read())
      text += piece.value
  })().finally(() => {
    isOver = true
  })
  await waitUntil('the refusal', () => isOver || proxy.hasRefused())
  await waitUntil('something is told', () => isOver || text !== '')
  await reader?.cancel()
  await reading
  return text
}
