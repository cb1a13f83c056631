import { expect, onTestFinished, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { type ReadEvent, readEvents } from '../support/server-events.ts'
import { createTestGateway, post } from '../support/test-gateway.ts'
import { waitUntil } from '../support/wait-until.ts'

const gateway = (parts = {}) => createTestGateway({ store: createExampleStore(), ...parts })

async function readAll(response: Response): Promise<ReadEvent[]> {
  const events: ReadEvent[] = []
  for await (const event of readEvents(response)) events.push(event)
  return events
}

const resume = (id: string) => ({ headers: { 'Last-Event-ID': id } })

test('the changes of a workflow come with their cursors, and then its end', async () => {
  const response = await gateway().request('/v1/workflows/done/changes')
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  const events = await readAll(response)
  expect(new Set(events.map(({ event }) => event))).toEqual(
    new Set(['status', 'event', 'stream', 'stream-closed', 'step', 'end']),
  )
  expect(events.at(0)).toMatchObject({ event: 'status', data: { type: 'status', workflowId: 'done' } })
  expect(events.at(-2)).toMatchObject({ event: 'status', data: { workflow: { status: 'SUCCESS' } } })
  expect(events.at(-1)).toEqual({ id: 'end', event: 'end', data: {} })
})

test('whoever comes back goes on right after what it had, wherever that was', async () => {
  const { request } = gateway()
  const all = await readAll(await request('/v1/workflows/done/changes'))
  for (const [index, { id }] of all.entries()) {
    if (id === undefined || id === 'end') continue
    const later = await readAll(await request('/v1/workflows/done/changes', resume(id)))
    expect(later).toEqual(all.slice(index + 1))
    const byQuery = await readAll(await request(`/v1/workflows/done/changes?from=${id}`))
    expect(byQuery).toEqual(later)
  }
})

test('whoever comes back after the end is told that nothing follows', async () => {
  const { request } = gateway()
  expect((await request('/v1/workflows/done/changes', resume('end'))).status).toBe(204)
  expect((await request('/v1/workflows/done/streams/log?from=end')).status).toBe(204)
})

test('a stream has its offsets, and ends when it is closed', async () => {
  const { request } = gateway()
  const all = await readAll(await request('/v1/workflows/done/streams/log'))
  expect(all).toEqual([
    { id: '0', event: 'value', data: { workflowId: 'done', key: 'log', offset: 0, value: 'hello' } },
    { id: '1', event: 'value', data: { workflowId: 'done', key: 'log', offset: 1, value: { line: 2 } } },
    { id: 'end', event: 'end', data: {} },
  ])
  expect(await readAll(await request('/v1/workflows/done/streams/log', resume('0')))).toEqual(all.slice(1))
})

test.each([
  ['/v1/workflows/done/changes', 'nonsense', 400],
  ['/v1/workflows/done/streams/log', '-1', 400],
  ['/v1/workflows/done/streams/log', 'x', 400],
  ['/v1/workflows/done/streams/log', '99999999999', 400],
  ['/v1/workflows/nobody/changes', '0', 404],
  ['/v1/workflows/nobody/streams/log', '0', 404],
])('%s from %s is refused, and never quietly begun anew', async (path, id, status) => {
  expect((await gateway().request(path, resume(id))).status).toBe(status)
})

test('a cursor of another workflow is refused', async () => {
  const { request } = gateway()
  const [first] = await readAll(await request('/v1/workflows/done/changes'))
  expect((await request('/v1/workflows/answered/changes', resume(first?.id ?? ''))).status).toBe(400)
})

test('the inbox is told as it is, and then what departs and arrives', async () => {
  const store = createExampleStore()
  const { request } = gateway({ store })
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const events = readEvents(await request('/v1/inbox/changes', { signal: leaving.signal }))
  expect((await events.next()).value).toMatchObject({
    event: 'arrived',
    data: { type: 'arrived', wait: { workflowId: 'asking', step: 1 } },
  })
  await request('/v1/waits/asking%231', post({ decision: 'approved' }))
  expect((await events.next()).value).toMatchObject({
    event: 'arrived',
    data: { wait: { state: 'answered' } },
  })
  store.receive('asking', 'legal')
  expect((await events.next()).value).toMatchObject({ event: 'departed', data: { wait: { step: 1 } } })
})

test('over the limit of streams it is 503, until one has left', async () => {
  const { request } = gateway({ mostStreams: 1 })
  const leaving = new AbortController()
  const first = await request('/v1/workflows/running/changes', { signal: leaving.signal })
  const refused = await request('/v1/workflows/running/changes')
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5'])
  await first.body?.cancel()
  const again = await request('/v1/workflows/running/changes')
  expect(again.status).toBe(200)
  await again.body?.cancel()
  leaving.abort()
})

test('a HEAD of a stream opens none', async () => {
  const { request } = gateway({ mostStreams: 1 })
  for (const path of ['/v1/workflows/running/changes', '/v1/inbox/changes']) {
    expect((await request(path, { method: 'HEAD' })).status).toBe(200)
    expect((await request(path, { method: 'HEAD' })).status).toBe(200)
  }
})

test('a gateway that stops ends its streams without an end, so that clients come back', async () => {
  const stopping = new AbortController()
  const { request } = gateway({ stopping: stopping.signal })
  const reading = request('/v1/workflows/running/changes').then((response) => response.text())
  setImmediate(() => stopping.abort())
  const text = await reading
  expect(text.endsWith('retry: 1000\n\n')).toBe(true)
  expect(text).not.toContain('event: end')
})

test('nothing is read for a client that does not read', async () => {
  let pulled = 0
  const store = createFakeStore([{ workflowId: 'long', name: 'x' }])
  const endless: typeof store.follow = async function* () {
    for (; ; pulled++) {
      yield {
        type: 'stream',
        cursor: String(pulled),
        workflowId: 'long',
        at: new Date(),
        key: 'k',
        offset: pulled,
        value: 1,
      }
    }
  }
  const { request } = createTestGateway({ store: { ...store, follow: endless } })
  const response = await request('/v1/workflows/long/streams/k')
  const reader = response.body?.getReader()
  for (let read = 0; read < 5; read++) await reader?.read()
  await waitUntil('what it may read ahead is read', () => pulled >= 4)
  expect(pulled).toBeLessThan(10)
  await reader?.cancel()
})
