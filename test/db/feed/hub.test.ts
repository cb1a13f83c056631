import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Change } from '../../../src/core/change.ts'
import type { FollowOptions } from '../../../src/core/store.ts'
import { createSession, type Session } from '../../../src/db/connection/connect.ts'
import { createListener, type Listener } from '../../../src/db/connection/listen.ts'
import { defaultTiming } from '../../../src/db/connection/retry-while-disconnected.ts'
import { encodeCursor } from '../../../src/db/feed/cursor.ts'
import { follow } from '../../../src/db/feed/follow.ts'
import { createHub, type Hub } from '../../../src/db/feed/hub.ts'
import { createInboxes, type Inboxes } from '../../../src/db/feed/inbox-feed.ts'
import { createPosition } from '../../../src/db/feed/position.ts'
import { readSchema, type SystemSchema } from '../../../src/db/tables/schema.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { untilItEnds } from '../../support/feed.ts'
import { waitUntil } from '../../support/wait-until.ts'

let database: TestDatabase
let session: Session
let listener: Listener
let schema: SystemSchema
let hub: Hub
let inboxes: Inboxes
/** Each statement that the hub sent. */
let sent: string[]
const executors = async () => undefined

beforeAll(async () => {
  database = await createTestDatabase()
  const real = createSession(database.target)
  session = {
    ...real,
    batch: (sql, silenceMs, moments) => {
      sent.push(sql)
      return real.batch(sql, silenceMs, moments)
    },
  }
  schema = await readSchema(session)
})
afterAll(async () => {
  await session.close()
  await database.drop()
})
afterEach(() => listener.close())

function begin(): void {
  sent = []
  listener = createListener(session, 1000, schema)
  hub = createHub({ session, schema, listener, timing: defaultTiming })
  inboxes = createInboxes({ session, schema, listener, timing: defaultTiming })
}

const followed = (ids: readonly string[], options: FollowOptions) =>
  follow({ hub, inboxes, session, schema, listener, timing: defaultTiming, executors }, ids, options)

const rounds = () => sent.filter((sql) => sql.startsWith('begin'))
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

async function seed(ids: readonly string[], status = 'PENDING'): Promise<void> {
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, created_at, completed_at)
     select id, $2, 'x', 'e', 1, case when $2 = 'SUCCESS' then n end from unnest($1::text[]) with ordinality as u(id, n)`,
    [ids, status],
  )
}

async function write(id: string, offset: number): Promise<void> {
  await database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization, function_id) values ($1, 'k', $2, $3, 'portable_json', 0)`,
    [id, offset, String(offset)],
  )
  await database.query(`select pg_notify('dbos_streams_channel', $1)`, [`${id}::k`])
}

const end = (ids: readonly string[]) =>
  database.query(
    `update dbos.workflow_status set status = 'SUCCESS', completed_at = 2 where workflow_uuid = any($1)`,
    [ids],
  )

test('fifty who begin together are read for together, and each is told all of it once and in order', async () => {
  begin()
  await seed(['shared'])
  const seen = upTo(50).map((): Change[] => [])
  const done = seen.map(async (changes) => {
    const open = (signal: AbortSignal) => followed(['shared'], { signal })
    for await (const change of untilItEnds('the feed of shared', open)) changes.push(change)
  })
  await waitUntil('each has begun', () => seen.every((changes) => changes.length > 0))
  expect(rounds().length).toBeLessThan(10)
  for (const n of upTo(20)) await write('shared', n)
  await end(['shared'])
  await Promise.all(done)
  for (const changes of seen) {
    expect(changes.flatMap((change) => (change.type === 'stream' ? [change.value] : []))).toEqual(upTo(20))
    expect(changes.at(-1)).toMatchObject({ type: 'status', workflow: { status: 'SUCCESS' } })
  }
})

test('who does not read what it was given keeps nobody waiting, and finds all of it later', async () => {
  begin()
  await seed(['both'])
  const giveUp = new AbortController()
  onTestFinished(() => giveUp.abort())
  const slow = followed(['both'], { signal: giveUp.signal, types: ['stream', 'status'] })
  expect((await slow.next()).value).toMatchObject({ type: 'status' })
  const told = (async () => {
    const values: unknown[] = []
    const open = (signal: AbortSignal) => followed(['both'], { signal, types: ['stream', 'status'] })
    for await (const change of untilItEnds('the feed of both', open))
      if (change.type === 'stream') values.push(change.value)
    return values
  })()
  for (const n of upTo(5)) await write('both', n)
  await end(['both'])
  expect(await told).toEqual(upTo(5))
  const rest: unknown[] = []
  for await (const change of slow) if (change.type === 'stream') rest.push(change.value)
  expect(rest).toEqual(upTo(5))
})

test('of very many each is told once, and the ends in their order', async () => {
  begin()
  const ids = upTo(700).map((n) => `many-${String(n).padStart(3, '0')}`)
  await seed(ids.slice(0, 350), 'SUCCESS')
  await seed(ids.slice(350))
  const seen: Change[] = []
  const open = (signal: AbortSignal) => followed(ids, { signal, cursors: false, types: ['stream', 'status'] })
  for await (const change of untilItEnds('the feed of many', open)) {
    seen.push(change)
    if (seen.length === 700 + 350) {
      await write('many-500', 0)
      await end(ids.slice(350))
    }
  }
  expect(
    seen
      .slice(0, 700)
      .map(({ workflowId }) => workflowId)
      .toSorted(),
  ).toEqual(ids)
  expect(seen.slice(700, 1050).map(({ workflowId }) => workflowId)).toEqual(ids.slice(0, 350))
  expect(
    seen
      .slice(1050)
      .filter(({ type }) => type === 'status')
      .map(({ workflowId }) => workflowId)
      .toSorted(),
  ).toEqual(ids.slice(350))
  expect(seen.flatMap((change) => (change.type === 'stream' ? [change.value] : []))).toEqual([0])
})

test('of very many one that was never there is refused before anything is told', async () => {
  begin()
  const ids = upTo(150).map((n) => `here-${n}`)
  await seed(ids)
  const { signal } = new AbortController()
  await expect(followed([...ids, 'nobody'], { signal }).next()).rejects.toMatchObject({
    code: 'workflow-not-found',
  })
})

test('what fails for one fails for that one alone', async () => {
  begin()
  await seed(['fine'])
  const wrong = encodeCursor(
    new Map([['fine', { ...createPosition(), status: 'PENDING||0', high: 2 ** 40 }]]),
  )
  const giveUp = new AbortController()
  onTestFinished(() => giveUp.abort())
  const { signal } = giveUp
  const [good, bad] = [followed(['fine'], { signal }), followed(['fine'], { signal, from: wrong })]
  const [first, second] = await Promise.allSettled([good.next(), bad.next()])
  expect(first).toMatchObject({ status: 'fulfilled', value: { value: { type: 'status' } } })
  expect(second).toMatchObject({ status: 'rejected' })
})

test('many may share a signal, and the last one to leave stops the listening', async () => {
  begin()
  await seed(['left'])
  const warnings: string[] = []
  const warn = (warning: Error) => warnings.push(warning.name)
  process.on('warning', warn)
  onTestFinished(() => void process.off('warning', warn))
  const giveUp = new AbortController()
  const places = upTo(30).map(() => followed(['left'], { signal: giveUp.signal, types: ['status'] }))
  await Promise.all(places.map((place) => place.next()))
  const waiting = places.map((place) => place.next())
  giveUp.abort()
  expect((await Promise.all(waiting)).map(({ done }) => done)).toEqual(upTo(30).map(() => true))
  const isHeard = () =>
    database.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'drover'`,
    )
  await waitUntil('one connection is left', async () => (await isHeard()).length === 1)
  expect(warnings).toEqual([])
})

test('thirty who watch the inbox are told of the same reading, and who comes later of a new one', async () => {
  begin()
  let reads = 0
  const counted: Session = {
    ...session,
    query: (sql, parameters) => {
      reads += 1
      return session.query(sql, parameters)
    },
  }
  const shared = createInboxes({ session: counted, schema, listener, timing: defaultTiming })
  const giveUp = new AbortController()
  onTestFinished(() => giveUp.abort())
  const watch = () => shared.watch({}, { signal: giveUp.signal })
  const watchers = upTo(30).map(watch)
  const first = await Promise.all(watchers.map((one) => one.next()))
  expect(new Set(first.map(({ value }) => value)).size).toBe(1)
  expect(reads).toBeLessThan(10)
  await seed(['asks'])
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization, started_at_epoch_ms, completed_at_epoch_ms)
     values ('asks', 1, 'DBOS.sleep', '4102444800000', 'portable_json', 5, 5)`,
  )
  const later = watch()
  expect((await later.next()).value).toMatchObject({ waits: [{ workflowId: 'asks', step: 0 }] })
  const second = await Promise.all(watchers.map((one) => one.next()))
  for (const { value } of second) expect(value).toMatchObject({ total: 1 })
})
