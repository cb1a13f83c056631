import { isDeepStrictEqual } from 'node:util'
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { createSession } from '../../src/db/connection/connect.ts'
import { needsOf } from '../../src/db/feed/needs.ts'
import { createPosition } from '../../src/db/feed/position.ts'
import { readSnapshots } from '../../src/db/feed/read-snapshot.ts'
import { openStore } from '../../src/db/open-store.ts'
import { readSchema } from '../../src/db/tables/schema.ts'
import { toJsonLine } from '../../src/render/to-json.ts'
import { untilItEnds } from '../support/feed.ts'
import { testApplication, testQueue, testVersion } from '../support/launch-dbos.ts'
import { type LiveStore, openLiveStore } from '../support/live-store.ts'
import { waitUntil } from '../support/wait-until.ts'

const allKinds = DBOS.registerWorkflow(
  async (big: bigint, when: Date) => {
    await DBOS.setEvent('map', new Map([['a', 1]]))
    await DBOS.setEvent('progress', 10)
    await DBOS.setEvent('progress', 20)
    await DBOS.writeStream('log', { at: when })
    await DBOS.runStep(async () => DBOS.writeStream('log', 'from a step'), { name: 'write' })
    await DBOS.closeStream('log')
    const nothing = await DBOS.runStep(async () => undefined, { name: 'nothing' })
    return { big, when, set: new Set([1]), nothing }
  },
  { name: 'allKinds' },
)

const failing = DBOS.registerWorkflow(
  async () => {
    await DBOS.runStep(
      async () => {
        throw new TypeError('step broke', { cause: new Error('disk full') })
      },
      { name: 'breaks' },
    )
  },
  { name: 'failing' },
)

const echo = DBOS.registerWorkflow(async (value: unknown) => value, { name: 'echo' })

const parent = DBOS.registerWorkflow(
  async () => {
    const handle = await DBOS.startWorkflow(echo, { workflowID: 'the-child' })('grown up')
    return handle.getResult()
  },
  { name: 'parent' },
)

const nothing = DBOS.registerWorkflow(async () => {}, { name: 'nothing' })

const asking = DBOS.registerWorkflow(
  async () => {
    await DBOS.setEvent('awaiting:legal', { prompt: 'Legal?' })
    const legal = await DBOS.recv('legal', 3600)
    const anything = await DBOS.recv(undefined, 3600)
    return [legal, anything]
  },
  { name: 'asking' },
)

let live: LiveStore
let store: Store

beforeAll(async () => {
  live = await openLiveStore()
  store = live.store
})

afterAll(() => live.close())

test('values of every kind come as plain JSON', async () => {
  const when = new Date('2026-01-02T03:04:05.678Z')
  const handle = await DBOS.startWorkflow(allKinds, { workflowID: 'kinds' })(12345678901234567890n, when)
  await handle.getResult()
  expect(await store.get('kinds')).toMatchObject({
    workflowId: 'kinds',
    name: 'allKinds',
    status: 'SUCCESS',
    application: testApplication,
    version: testVersion,
    executorId: 'drover-test',
    queue: null,
    input: ['12345678901234567890', '2026-01-02T03:04:05.678Z'],
    output: { big: '12345678901234567890', when: '2026-01-02T03:04:05.678Z', set: [1], nothing: null },
    error: null,
  })
  expect((await store.events('kinds')).map(({ key, value }) => [key, value])).toEqual([
    ['map', [['a', 1]]],
    ['progress', 20],
  ])
  expect(await store.streams('kinds')).toEqual([{ key: 'log', count: 2, closed: true }])
  const steps = await store.steps('kinds')
  expect(steps.map(({ step, name }) => [step, name])).toEqual([
    [0, 'DBOS.setEvent'],
    [1, 'DBOS.setEvent'],
    [2, 'DBOS.setEvent'],
    [3, 'DBOS.writeStream'],
    [4, 'write'],
    [5, 'DBOS.closeStream'],
    [6, 'nothing'],
  ])
  expect(steps.at(-1)).toMatchObject({ output: null, error: null, childId: null })
})

test('an error keeps its name, message, stack and cause', async () => {
  const handle = await DBOS.startWorkflow(failing, { workflowID: 'failed' })()
  await expect(handle.getResult()).rejects.toThrow('step broke')
  const workflow = await store.get('failed')
  expect(workflow).toMatchObject({
    status: 'ERROR',
    output: null,
    error: { name: 'TypeError', message: 'step broke', cause: { message: 'disk full' } },
  })
  expect(workflow?.error?.stack).toContain('step broke')
  expect((await store.steps('failed'))[0]?.error).toMatchObject({ name: 'TypeError' })
})

test('a child is found from its parent, by step and by list', async () => {
  await (await DBOS.startWorkflow(parent, { workflowID: 'the-parent' })()).getResult()
  expect((await store.steps('the-parent')).map(({ name, childId }) => [name, childId])).toEqual([
    ['echo', 'the-child'],
    ['DBOS.getResult', 'the-child'],
  ])
  expect((await store.children('the-parent')).map(({ workflowId, name }) => [workflowId, name])).toEqual([
    ['the-child', 'echo'],
  ])
})

test('a result that is undefined is null', async () => {
  await (await DBOS.startWorkflow(nothing, { workflowID: 'void' })()).getResult()
  expect(await store.get('void')).toMatchObject({ status: 'SUCCESS', output: null })
})

test('a wait that asks and one that does not are each found once, until they are answered', async () => {
  const handle = await DBOS.startWorkflow(asking, { workflowID: 'asks' })()
  const open = async () => (await store.waits(['asks'])).at(0)
  await waitUntil('its timeout is recorded', async () => (await open())?.until)
  expect(await store.waits(['asks'])).toEqual([
    {
      workflowId: 'asks',
      step: 1,
      topic: 'legal',
      prompt: 'Legal?',
      since: expect.any(Date),
      until: expect.any(Date),
      isOverdue: false,
      unreadTopics: [],
      state: 'waiting',
      asked: true,
      request: { prompt: 'Legal?' },
    },
  ])
  await store.send({ workflowId: 'asks', topic: 'legal', message: 'yes' })
  await waitUntil('it waits again', async () => (await open())?.step === 3)
  expect(await store.waits(['asks'])).toMatchObject([
    { step: 3, topic: undefined, asked: false, request: null, prompt: null, state: 'waiting' },
  ])
  await store.send({ workflowId: 'asks', topic: null, message: { n: 1 } })
  expect(await handle.getResult()).toEqual(['yes', { n: 1 }])
  expect(await store.waits(['asks'])).toEqual([])
  expect(
    (await store.messages('asks')).map(({ topic, message, readByStep }) => [topic, message, readByStep]),
  ).toEqual([
    ['legal', 'yes', 1],
    [null, { n: 1 }, 3],
  ])
})

test('a started workflow is taken by a worker and runs with its arguments', async () => {
  const request = { name: 'echo', workflowId: 'started', args: [{ deep: [1, null] }], queue: testQueue }
  const here = { application: testApplication, version: testVersion }
  expect(await store.start({ ...request, ...here })).toBe('started')
  expect(await store.start({ ...request, ...here })).toBe('existing')
  const result = await DBOS.retrieveWorkflow('started').getResult({ pollingIntervalMs: 20 })
  expect(result).toEqual({ deep: [1, null] })
  expect(await store.get('started')).toMatchObject({ input: [{ deep: [1, null] }], queue: testQueue })
  expect(await store.hasQueue(testQueue)).toBe(true)
  expect((await store.origins('echo'))[0]).toMatchObject({ queue: testQueue, application: testApplication })
})

test('ten that start the same id start it once', async () => {
  const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(live.database.target)))
  const request = {
    name: 'echo',
    workflowId: 'raced',
    args: [1],
    queue: testQueue,
    application: testApplication,
  }
  const outcomes = await Promise.all(stores.flatMap((other) => [other.start(request), other.start(request)]))
  await Promise.all(stores.map((other) => other.close()))
  expect(outcomes.filter((outcome) => outcome === 'started')).toHaveLength(1)
})

test('a value that this program cannot read is shown as what it is', async () => {
  await live.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('foreign', 'PENDING', 'x')`,
  )
  await live.database.query(
    `insert into dbos.notifications (destination_uuid, topic, message, serialization) values ('foreign', 'p', 'gASVBg==', 'py_pickle')`,
  )
  expect(await store.messages('foreign')).toMatchObject([
    { message: { $undecoded: 'py_pickle', raw: 'gASVBg==' } },
  ])
})

test('live executors are listed with their application and version', async () => {
  expect(await store.executors()).toEqual([
    {
      executorId: 'drover-test',
      version: testVersion,
      application: testApplication,
      since: expect.any(Date),
      versionStart: testVersion,
      candidateVersions: null,
      registration: null,
      recognisedBy: 'name',
      address: null,
      heardAt: expect.any(Date),
    },
  ])
})

test('a session that listens as executors do is one, and a client that is named like one is none', async () => {
  const connect = async (application_name: string) => {
    const client = new pg.Client({ connectionString: live.database.target.url, application_name })
    await client.connect()
    return client
  }
  const [listener, client] = [await connect('shop-in-go'), await connect('dbos_transact_local_v1')]
  try {
    await listener.query('LISTEN dbos_notifications_channel')
    await client.query('select 1')
    const found = await store.executors()
    expect(
      found?.map(({ executorId, recognisedBy, application }) => [executorId, recognisedBy, application]),
    ).toEqual([
      ['drover-test', 'name', testApplication],
      [expect.stringMatching(/^session \d+$/), 'listening', null],
    ])
  } finally {
    await listener.end()
    await client.end()
  }
})

test('a million values would be read a batch at a time', async () => {
  await live.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('long', 'PENDING', 'x')`,
  )
  await live.database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization)
     select 'long', 'k', n, n::text, 'portable_json' from generate_series(0, 4999) n`,
  )
  let sum = 0
  let next = 0
  for await (const { offset, value } of valuesOf(store.streamValues('long', 'k', { from: 10 }))) {
    expect(offset).toBe(10 + next++)
    sum += Number(value)
    if (next === 10) {
      // Written while it is read, so it is not part of what was there.
      await live.database.query(
        `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization) values ('long', 'k', 5000, '1', 'portable_json')`,
      )
    }
  }
  expect(next).toBe(4990)
  expect(sum).toBe((4999 * 5000) / 2 - 45)
})

test('every value of a stream is read in the format it was written in', async () => {
  await live.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('mixed', 'SUCCESS', 'x')`,
  )
  const formats = [
    ['{"json":"super"}', 'js_superjson', 'super'],
    ['"portable"', 'portable_json', 'portable'],
    ['{"json":"older"}', null, 'older'],
    ['gASVBQAAAAAAAACMAWGULg==', null, { $undecoded: 'py_pickle', raw: 'gASVBQAAAAAAAACMAWGULg==' }],
    ['?', 'martian', { $undecoded: 'martian', raw: '?' }],
  ] as const
  for (const [offset, [value, serialization]] of formats.entries()) {
    await live.database.query(
      `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization) values ('mixed', 'k', $1, $2, $3)`,
      [offset, value, serialization],
    )
  }
  const values: unknown[] = []
  for await (const { value } of valuesOf(store.streamValues('mixed', 'k'))) values.push(value)
  expect(values).toEqual(formats.map(([, , shown]) => shown))
})

test('lines of JSON hold the same values, however they come together', async () => {
  await live.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('lines', 'SUCCESS', 'x')`,
  )
  const usual = (json: string) => `{"json":${json},"__dbos_serializer":"superjson"}`
  const add = (key: string, from: number, to: number, value: string, serialization: string | null) =>
    live.database.query(
      `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization)
       select 'lines', $1, n, replace($4, '#', n::text), $5 from generate_series($2::int, $3) n`,
      [key, from, to, value, serialization],
    )
  const one = usual('{"index":#,"text":"twenty characters..."}')
  await add('plain', 0, 10_344, one, 'js_superjson')
  await add('plain', 10_345, 10_345, '"__DBOS_STREAM_CLOSED__"', null)
  await add('gaps', 5, 9, one, 'js_superjson')
  await add('gaps', 20, 29, one, 'js_superjson')
  await add('separators', 0, 3, usual('"\x01#\x01"'), 'js_superjson')
  await add('separators', 4, 4, '', 'js_superjson')
  await add('empty', 0, 0, '', 'js_superjson')
  await add('formats', 0, 10_025, one, 'js_superjson')
  await add('formats', 10_026, 10_050, '{"index": #}', 'portable_json')
  await add('formats', 10_051, 10_060, usual('-0'), null)
  await add('heavy', 0, 5, one, 'js_superjson')
  await add('heavy', 6, 8, usual(`"#${'x'.repeat(1_500_000)}"`), 'js_superjson')
  await add('heavy', 9, 49, one, 'js_superjson')
  await add('wide', 0, 9, usual(`{"é":"日本 😀 #\u202e","b":"\x9b"}`), 'js_superjson')
  const keys = (await store.streamKeys('lines')).map(({ key }) => key)
  expect(keys).toEqual(['empty', 'formats', 'gaps', 'heavy', 'plain', 'separators', 'wide'])
  const counts: number[] = []
  for (const key of keys) {
    for (const from of key === 'gaps' ? [0, 7] : [0]) {
      const texts: object[] = []
      const values: object[] = []
      for await (const { offset, bytes, start, end } of valuesOf(store.streamTexts('lines', key, { from })))
        texts.push({ offset, json: bytes.toString('utf8', start, end) })
      for await (const { offset, value } of valuesOf(store.streamValues('lines', key, { from })))
        values.push({ offset, json: toJsonLine(value) })
      expect(texts.length, key).toBe(values.length)
      expect(isDeepStrictEqual(texts, values), key).toBe(true)
      counts.push(texts.length)
    }
  }
  expect(counts).toEqual([1, 10_061, 15, 13, 50, 10_345, 5, 10])
})

test('values of megabytes come a few at a time, and every one of them', async () => {
  await live.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('heavy', 'SUCCESS', 'x')`,
  )
  await live.database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization)
     select 'heavy', 'k', n, '"' || repeat('x', 1500000) || n || '"', 'portable_json' from generate_series(0, 19) n`,
  )
  const sizes: number[] = []
  const offsets: number[] = []
  for await (const batch of store.streamValues('heavy', 'k')) {
    sizes.push(batch.length)
    offsets.push(...batch.map(({ offset }) => offset))
  }
  expect(Math.max(...sizes)).toBeLessThanOrEqual(3)
  expect(offsets).toEqual(Array.from({ length: 20 }, (_, index) => index))
  const followed: number[] = []
  const followHeavy = (signal: AbortSignal) => store.follow(['heavy'], { signal })
  for await (const change of untilItEnds('the feed of heavy', followHeavy)) {
    if (change.type === 'stream') followed.push(change.offset)
  }
  expect(followed).toEqual(offsets)
})

test('messages of megabytes are followed a few at a time, and every one of them', async () => {
  await live.database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('loaded', 'SUCCESS', 'x')`,
  )
  await live.database.query(
    `insert into dbos.notifications (message_uuid, destination_uuid, topic, message, serialization, created_at_epoch_ms)
     select 'm' || n, 'loaded', 'go', '"' || repeat('x', 1500000) || n || '"', 'portable_json', n from generate_series(0, 19) n`,
  )
  const session = createSession(live.database.target)
  const needs = needsOf({ signal: new AbortController().signal })
  const positions = new Map([['loaded', createPosition()]])
  const [snapshot] = await readSnapshots(
    { session, schema: await readSchema(session) },
    [{ positions, needs }],
    { silenceMs: 10_000 },
  )
  await session.close()
  expect(snapshot?.rows.get('loaded')?.messages.length).toBeLessThanOrEqual(3)
  const sentAt: number[] = []
  const followLoaded = (signal: AbortSignal) => store.follow(['loaded'], { signal })
  for await (const change of untilItEnds('the feed of loaded', followLoaded)) {
    if (change.type === 'message') sentAt.push(change.message.sentAt.getTime())
  }
  expect(sentAt).toEqual(Array.from({ length: 20 }, (_, index) => index))
})

async function* valuesOf<Value>(batches: AsyncIterable<readonly Value[]>): AsyncGenerator<Value> {
  for await (const batch of batches) yield* batch
}
