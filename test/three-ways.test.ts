import { describe, expect, test } from 'vitest'
import type { TypedFilter } from '../src/core/manage/read-filter.ts'
import { parseStatuses } from '../src/core/words/status.ts'
import type { JsonValue } from '../src/core/workflow.ts'
import { documentedKeys } from './support/documented-keys.ts'
import { createFakeStore } from './support/fake-store.ts'
import type { FakeOperation, FakeWorkflow } from './support/fake-workflow.ts'
import { type ListedRow, type Way, ways } from './support/three-ways.ts'
import { waitUntil } from './support/wait-until.ts'

const published = (...values: readonly (readonly [key: string, value: JsonValue])[]): FakeOperation[] =>
  values.map(([event, value]) => ({ event, value }))

const counting = published(['progress', 0], ['progress', 50], ['progress', 100])
const objects = published(['progress', { done: 9, total: 9 }], ['progress', { done: 4, total: 9 }])
const shadowed = published(['progress', { done: 4 }], ['progress.done', 1])

const minute = (number: number) => new Date(Date.UTC(2026, 0, 2, 3, number))
const family: readonly FakeWorkflow[] = [
  { workflowId: 'asks', createdAt: minute(1), did: [{ recv: 'go', timeoutSeconds: 1e6 }] },
  { workflowId: 'free', createdAt: minute(2), status: 'SUCCESS', user: 'ada', attributes: { region: 'eu' } },
  {
    ...{ workflowId: 'failed', createdAt: minute(3), status: 'ERROR', forkedFrom: 'free', version: 'v2' },
    ...{ executorId: 'pod-1', error: { name: 'Error', message: 'no such order' } },
  },
  { workflowId: 'child', createdAt: minute(4), parentId: 'asks' },
]

describe.each(ways)('through $name', (way) => {
  test.each<[string, readonly FakeOperation[], string, number, JsonValue?]>([
    ['an event is its latest value', counting, 'event:progress', 0, 100],
    ['a comparison is of the latest value', counting, 'event:progress>=50', 0, 100],
    ['and never of one that was before', counting, 'event:progress=50', 9],
    ['a path leads into the value', objects, 'event:progress.done>=4', 0, 4],
    ['of the latest value', objects, 'event:progress.done>=9', 9],
    ['a path alone is met by what is there', objects, 'event:progress.total', 0, 9],
    ['a path to nothing is met by nothing', objects, 'event:progress.left', 9],
    ['a key of the whole text wins over a path', shadowed, 'event:progress.done', 0, 1],
    ['also where only the path would hold', shadowed, 'event:progress.done>=4', 9],
    [
      'a stream is looked through from its beginning',
      [{ stream: 'log', value: { n: 1 } }],
      'stream:log.n=1',
      0,
      1,
    ],
  ])('%s', async (_, did, condition, code, value) => {
    const store = createFakeStore([{ workflowId: 'a', status: 'SUCCESS', did }])
    const answer = await way.wait(store, 'a', condition)
    expect([answer.code, answer.value]).toEqual([code, value])
  })

  test('a value that is overwritten at once meets a comparison', async () => {
    const store = createFakeStore([{ workflowId: 'a', did: published(['progress', 3], ['progress', 1]) }])
    const answer = way.wait(store, 'a', 'event:progress>=3')
    await waitUntil('it is followed', () => store.isFollowed)
    store.run('a', ...published(['progress', 2], ['progress', 3], ['progress', 0]))
    expect(await answer).toMatchObject({ code: 0, value: 3 })
  })

  test('what is published later under the whole text of a path is what counts then', async () => {
    const store = createFakeStore([{ workflowId: 'a', did: published(['progress', { done: 1 }]) }])
    const answer = way.wait(store, 'a', 'event:progress.done>=4')
    await waitUntil('it is followed', () => store.isFollowed)
    store.run('a', ...published(['progress.done', 2], ['progress', { done: 9 }], ['progress.done', 7]))
    expect(await answer).toMatchObject({ code: 0, value: 7 })
  })

  test.each([
    ['ERROR', 1],
    ['CANCELLED', 6],
    ['MAX_RECOVERY_ATTEMPTS_EXCEEDED', 7],
  ] as const)('a workflow that ends %s has no result, and is %d', async (status, code) => {
    const create = () => createFakeStore([{ workflowId: 'a', status }])
    const answer = await way.wait(create(), 'a', 'ended')
    expect([answer.code, answer.value]).toEqual([code, undefined])
    expect(await way.wait(create(), 'a', `status=${status}`)).toMatchObject({ code: 0, value: null })
  })

  test('what is not met in time is 124, and what is not there is 4', async () => {
    const store = createFakeStore([{ workflowId: 'a', did: counting }])
    expect((await way.wait(store, 'a', 'event:progress=50', { timeoutMs: 20 })).code).toBe(124)
    expect((await way.wait(store, 'nope', 'event:progress')).code).toBe(4)
  })

  test('what waits for a message itself is 10 where nobody shall be asked', async () => {
    const asks = [
      { event: 'awaiting:go', value: { prompt: 'Go?' } },
      { recv: 'go', timeoutSeconds: 1e6 },
    ]
    const create = () => createFakeStore([{ workflowId: 'a', did: asks }])
    const answer = await way.wait(create(), 'a', 'ended', { failOnInput: true })
    expect(answer).toMatchObject({
      code: 10,
      message: expect.stringContaining('a waits for an answer to "Go?".'),
    })
    expect((await way.wait(create(), 'a', 'message', { failOnInput: true })).code).toBe(0)
  })

  test('the same decision again by bare id is 0, also where the workflow has ended since', async () => {
    const ask = [
      { event: 'awaiting:go', value: { prompt: 'Go?' } },
      { recv: 'go', timeoutSeconds: 1e6 },
    ]
    const store = createFakeStore([{ workflowId: 'a', did: ask }])
    const decide = (verb: 'approve' | 'reject', as: string) => way.decide(store, verb, 'a', as)
    expect(await decide('approve', 'ada')).toMatchObject({ code: 0, value: { outcome: 'stored' } })
    expect((await decide('reject', 'ada')).code).toBe(9)
    store.receive('a', 'go')
    expect(await decide('approve', 'ada')).toMatchObject({ code: 0, value: { outcome: 'repeated' } })
    store.end('a', 'SUCCESS')
    expect(await decide('approve', 'ada')).toMatchObject({ code: 0, value: { outcome: 'repeated' } })
    expect((await decide('reject', 'ada')).code).toBe(9)
    expect((await decide('approve', 'bob')).code).toBe(9)
    expect((await way.decide(store, 'approve', 'a#1', 'bob')).code).toBe(0)
    expect(await store.messages('a')).toHaveLength(1)
  })

  test('a retry never leaks into the next wait, which is answered by its step', async () => {
    const ask = (topic: string) => [
      { event: `awaiting:${topic}`, value: { prompt: topic } },
      { recv: topic, timeoutSeconds: 1e6 },
    ]
    const store = createFakeStore([{ workflowId: 'a', did: ask('first') }])
    expect((await way.decide(store, 'approve', 'a', 'ada')).code).toBe(0)
    store.receive('a', 'first')
    store.run('a', ...ask('second'))
    expect((await way.decide(store, 'approve', 'a', 'ada')).code).toBe(9)
    expect((await way.decide(store, 'approve', 'a#4', 'ada')).code).toBe(0)
    expect(await store.messages('a')).toHaveLength(2)
  })

  test('a message is sent once under its key, also where the workflow has ended since', async () => {
    const store = createFakeStore([{ workflowId: 'a', did: [{ recv: 'go', timeoutSeconds: 1e6 }] }])
    const send = (message: string, topic = 'go') => way.send(store, 'a', topic, message, 'k')
    expect((await send('yes')).code).toBe(0)
    expect((await send('yes')).code).toBe(0)
    store.receive('a', 'go')
    store.end('a', 'SUCCESS')
    expect((await send('yes')).code).toBe(0)
    for (const other of [await send('no'), await send('yes', 'elsewhere')]) {
      expect(other).toMatchObject({ code: 9, message: expect.stringContaining('nothing was sent') })
    }
    expect((await way.send(store, 'a', 'go', 'yes', 'other key')).code).toBe(9)
    expect(await store.messages('a')).toHaveLength(1)
  })

  test.each([
    [{ name: ['refund'] }, 'c b'],
    [{ name: ['refund', 'pay'] }, 'c b a'],
    [{ name: ['Shop.order'] }, 'd'],
    [{ name: ['order'] }, 'e d'],
    [{ name: ['Shop.order', 'pay'] }, 'd a'],
    [{ name: ['Shop.refund', 'nobody'] }, ''],
    [{ status: ['ERROR', 'CANCELLED'] }, 'd b'],
    [{ name: ['refund', 'Shop.order'], status: ['ERROR', 'CANCELLED'] }, 'd b'],
    [{ queue: ['slow', 'quick'], status: ['SUCCESS'] }, 'e'],
  ] as const)('a filter means any of its values, and Class.name is a name: %j', async (filter, ids) => {
    const store = createFakeStore([
      { workflowId: 'a', name: 'pay', status: 'SUCCESS', createdAt: new Date(1) },
      { workflowId: 'b', name: 'refund', status: 'ERROR', createdAt: new Date(2) },
      { workflowId: 'c', name: 'refund', status: 'SUCCESS', createdAt: new Date(3) },
      { workflowId: 'd', name: 'order', className: 'Shop', status: 'CANCELLED', createdAt: new Date(4) },
      {
        workflowId: 'e',
        name: 'order',
        className: 'Farm',
        status: 'SUCCESS',
        queue: 'slow',
        createdAt: new Date(5),
      },
    ])
    const rows = await way.list(store, filter)
    expect(rows.map(({ workflowId }) => workflowId).join(' ')).toBe(ids)
  })

  test.each<[TypedFilter, string]>([
    [{}, 'child failed free asks'],
    [{ status: parseStatuses('failed,running') }, 'child failed asks'],
    [{ application: ['example'], version: ['v2'] }, 'failed'],
    [{ executor: ['pod-1', 'pod-2'] }, 'failed'],
    [{ parent: ['asks'] }, 'child'],
    [{ hasParent: true }, 'child'],
    [{ roots: true }, 'failed free asks'],
    [{ isFork: true }, 'failed'],
    [{ user: ['ada'] }, 'free'],
    [{ attr: ['region=eu'] }, 'free'],
    [{ idPrefix: ['f'] }, 'failed free'],
    [{ search: ['no such'] }, 'failed'],
    [{ since: '2026-01-02T03:01:30Z', until: '2026-01-02T03:03:30Z' }, 'failed free'],
    [{ endedSince: '2026-01-01', endedUntil: '2026-01-03' }, 'failed free'],
    [{ dequeuedSince: '2026-01-02T03:03:30Z' }, 'child'],
    [{ longerThan: '1h', since: '2026-01-02' }, 'child asks'],
  ])('a list has each filter and one shape: %j', async (filter, ids) => {
    const create = () => createFakeStore(family, { now: () => minute(99) })
    const rows = await way.list(create(), filter)
    expect(rows.map(({ workflowId }) => workflowId).join(' ')).toBe(ids)
    for (const row of rows) expect(Object.keys(row).sort()).toEqual(documentedKeys('Row').sort())
    const [commandLine] = ways
    const withoutWaits = (one: readonly ListedRow[]) => one.map(({ waits, ...row }) => row)
    expect(withoutWaits(rows)).toEqual(withoutWaits(await (commandLine as Way).list(create(), filter)))
    expect(rows.map(({ waits }) => (waits as readonly unknown[]).length)).toEqual(
      rows.map(({ workflowId }) => (workflowId === 'asks' ? 1 : 0)),
    )
  })

  test('what a start sends reaches a workflow that it attaches to, once', async () => {
    const store = createFakeStore([
      { workflowId: 'a', name: 'orderWorkflow', status: 'ENQUEUED', queue: 'slow' },
    ])
    const sent = async (workflowId: string) =>
      (await store.messages(workflowId)).map(({ message }) => message)
    for (const message of ['one', 'one', 'two']) {
      expect(await way.start(store, message, { workflowId: 'a' })).toMatchObject({ code: 0, value: 'a' })
    }
    expect(await sent('a')).toEqual(['one', 'two'])
    for (const workflowId of ['b', 'b', 'c']) {
      const answer = await way.start(store, 'one', { workflowId, deduplicationId: 'd' })
      expect(answer).toMatchObject({ code: 0, value: 'b' })
    }
    expect(await way.start(store, 'two', { workflowId: 'c', deduplicationId: 'd' })).toMatchObject({
      value: 'b',
    })
    expect(await sent('b')).toEqual(['one', 'two'])
    store.end('a', 'SUCCESS')
    expect((await way.start(store, 'three', { workflowId: 'a' })).code).toBe(9)
    expect(await sent('a')).toEqual(['one', 'two'])
  })
})
