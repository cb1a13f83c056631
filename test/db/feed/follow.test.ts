import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, afterEach, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import type { Change } from '../../../src/core/change.ts'
import type { FollowOptions, Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { untilItEnds } from '../../support/feed.ts'
import { launchDbos } from '../../support/launch-dbos.ts'
import { patience } from '../../support/patience.ts'
import { startSilentProxy } from '../../support/silent-proxy.ts'
import { waitUntil } from '../../support/wait-until.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

const pause = (ms: number) =>
  DBOS.runStep(() => new Promise((resolve) => setTimeout(resolve, ms)), { name: 'pause' })

const wholeLife = DBOS.registerWorkflow(
  async () => {
    await DBOS.setEvent('status', 'started')
    await DBOS.runStep(
      async () => {
        await DBOS.writeStream('log', 'one')
        await DBOS.writeStream('log', 'two')
      },
      { name: 'write' },
    )
    await DBOS.setEvent('awaiting:go', { prompt: 'Go?' })
    const answer = await DBOS.recv('go', 3600)
    const child = await DBOS.startWorkflow(helper, { workflowID: `${DBOS.workflowID}-child` })()
    await child.getResult()
    await DBOS.closeStream('log')
    return answer
  },
  { name: 'wholeLife' },
)

const helper = DBOS.registerWorkflow(async () => DBOS.setEvent('helped', true), { name: 'helper' })

const chatter = DBOS.registerWorkflow(
  async (rounds: number) => {
    for (let n = 0; n < rounds; n++) {
      await DBOS.writeStream('numbers', n)
      await DBOS.setEvent('progress', n)
      if (n % 10 === 0) await pause(5)
    }
  },
  { name: 'chatter' },
)

const sideBySide = DBOS.registerWorkflow(
  async () => {
    await Promise.all(
      [0, 1, 2, 3].map(async (branch) => {
        for (let n = 0; n < 5; n++) {
          await pause((branch * 7 + n * 3) % 11)
          await DBOS.setEvent(`branch-${branch}`, n)
        }
      }),
    )
  },
  { name: 'sideBySide' },
)

const fanOut = DBOS.registerWorkflow(
  async (width: number) => {
    await Promise.all(upTo(width).map((n) => pause((n * 37) % 50)))
  },
  { name: 'fanOut' },
)

const sleeper = DBOS.registerWorkflow(async () => DBOS.recv('wake', 3600), { name: 'sleeper' })

let database: TestDatabase
const opened: Store[] = []

async function open(timing?: Parameters<typeof openStore>[1]): Promise<Store> {
  const store = await openStore(database.target, timing)
  opened.push(store)
  return store
}

beforeAll(async () => {
  database = await createTestDatabase()
  await launchDbos(database)
})

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

afterAll(async () => {
  await DBOS.shutdown()
  await database.drop()
})

function followed(
  store: Store,
  ids: readonly string[],
  options: Partial<FollowOptions> = {},
): { readonly seen: Change[]; readonly done: Promise<void> } {
  const seen: Change[] = []
  const run = async (): Promise<void> => {
    const follow = (signal: AbortSignal) => store.follow(ids, { signal, ...options })
    for await (const change of untilItEnds(`the feed of ${ids}`, follow)) seen.push(change)
  }
  return { seen, done: run() }
}

/** Cuts every connection of drover's in this database. */
const cutConnections = () =>
  database.query(
    `select count(pg_terminate_backend(pid)) from pg_stat_activity
     where datname = current_database() and application_name = 'drover'`,
  )

/** What `alter database … allow_connections` does, which Postgres refuses for the database one is in. */
const allowConnections = (isAllowed: boolean) =>
  database.query('update pg_database set datallowconn = $1 where datname = current_database()', [isAllowed])

const valuesOf = (changes: readonly Change[], type: 'stream' | 'event', key: string) =>
  changes.flatMap((change) => (change.type === type && change.key === key ? [change.value] : []))

test('a whole life is told in order, and a replay tells the same', async () => {
  const store = await open()
  const handle = await DBOS.startWorkflow(wholeLife, { workflowID: 'life' })()
  const { seen, done } = followed(store, ['life'], { children: true })
  const isAsked = () =>
    seen.some((change) => change.type === 'waits' && change.waits.some(({ until }) => until))
  await waitUntil('it asks', isAsked)
  await store.send({ workflowId: 'life', topic: 'go', message: 'yes' })
  await handle.getResult()
  await done
  const told = (changes: readonly Change[]) =>
    changes.filter(({ workflowId, type }) => workflowId === 'life' && type !== 'waits').map(describe)
  expect(told(seen)).toEqual([
    'status PENDING',
    'event status "started"',
    'step 0 DBOS.setEvent',
    'stream log 0 "one"',
    'stream log 1 "two"',
    'step 1 write',
    'event awaiting:go {"prompt":"Go?"}',
    'step 2 DBOS.setEvent',
    'step 4 DBOS.sleep',
    'message go unread',
    'message go read',
    'step 3 DBOS.recv',
    'child life-child helper',
    'step 5 helper',
    'step 6 DBOS.getResult',
    'stream-closed log',
    'step 7 DBOS.closeStream',
    'status SUCCESS',
  ])
  expect(seen.filter(({ workflowId }) => workflowId === 'life-child').map(describe)).toEqual([
    'status PENDING',
    'event helped true',
    'step 0 DBOS.setEvent',
    'status SUCCESS',
  ])
  expect(seen.at(-1)).toMatchObject({ workflowId: 'life', type: 'status', workflow: { output: 'yes' } })
  const waits = seen.flatMap((change) => (change.type === 'waits' ? [change.waits.length] : []))
  expect(waits.at(0)).toBe(1)
  expect(waits.at(-1)).toBe(0)

  const replay = followed(store, ['life'], { children: true })
  await replay.done
  expect(told(replay.seen).sort()).toEqual(told(seen).sort())
  expect(told(replay.seen).at(-1)).toBe('status SUCCESS')
})

test('nothing is lost and nothing comes twice while its connections are cut, after every 40 values', async () => {
  const store = await open()
  const handle = await DBOS.startWorkflow(chatter, { workflowID: 'chatter' })(160)
  const seen: Change[] = []
  let cuts = 0
  const follow = (signal: AbortSignal) => store.follow(['chatter'], { signal })
  for await (const change of untilItEnds('the feed of chatter', follow)) {
    seen.push(change)
    if (change.type === 'stream' && change.offset % 40 === 39) {
      cuts++
      await cutConnections()
    }
  }
  await handle.getResult()
  expect(cuts).toBe(4)
  expect(valuesOf(seen, 'stream', 'numbers')).toEqual(upTo(160))
  expect(valuesOf(seen, 'event', 'progress')).toEqual(upTo(160))
  const steps = seen.flatMap((change) => (change.type === 'step' ? [change.step.step] : []))
  expect(steps).toEqual(upTo(336))
  expect(describe(seen.at(-1))).toBe('status SUCCESS')
})

test('from any cursor it goes on right after it, also while the workflow runs', async () => {
  const store = await open()
  await DBOS.startWorkflow(chatter, { workflowID: 'resumed' })(60)
  const seen: Change[] = []
  let from: string | undefined
  do {
    let taken = 0
    const after = from
    const follow = (signal: AbortSignal) =>
      store.follow(['resumed'], { signal, ...(after !== undefined && { from: after }) })
    for await (const change of untilItEnds('the feed of resumed', follow)) {
      seen.push(change)
      from = change.cursor
      if (++taken === 3) break
    }
    if (taken < 3) break
  } while (from)
  expect(valuesOf(seen, 'stream', 'numbers')).toEqual(upTo(60))
  expect(valuesOf(seen, 'event', 'progress')).toEqual(upTo(60))
  expect(seen.filter(({ type }) => type === 'step')).toHaveLength(126)
  expect(seen.filter(({ type }) => type === 'status').map(describe)).toEqual([
    'status PENDING',
    'status SUCCESS',
  ])
})

test('what ran side by side is seen once and in the order of each branch', async () => {
  const store = await open()
  await DBOS.startWorkflow(sideBySide, { workflowID: 'sides' })()
  const { seen, done } = followed(store, ['sides'])
  await done
  for (const branch of [0, 1, 2, 3]) expect(valuesOf(seen, 'event', `branch-${branch}`)).toEqual(upTo(5))
  const steps = seen.flatMap((change) => (change.type === 'step' ? [change.step.step] : []))
  expect(steps.sort((a, b) => a - b)).toEqual(upTo(40))
})

test('hundreds of steps at once are each seen once, in whichever order they end', async () => {
  const store = await open()
  await DBOS.startWorkflow(fanOut, { workflowID: 'wide' })(400)
  const { seen, done } = followed(store, ['wide'])
  await done
  const steps = seen.flatMap((change) => (change.type === 'step' ? [change.step.step] : []))
  expect(steps.sort((a, b) => a - b)).toEqual(upTo(400))
})

test('only what is asked for comes', async () => {
  const store = await open()
  await DBOS.startWorkflow(chatter, { workflowID: 'narrow' })(20)
  const events = followed(store, ['narrow'], { types: ['event'] })
  const stream = followed(store, ['narrow'], { types: ['stream', 'stream-closed'], streamKeys: ['none'] })
  await Promise.all([events.done, stream.done])
  expect(events.seen.map(describe)).toEqual(upTo(20).map((n) => `event progress ${n}`))
  expect(stream.seen).toEqual([])
})

test('from now on it tells nothing of what was, and everything that comes', async () => {
  const store = await open()
  const handle = await DBOS.startWorkflow(wholeLife, { workflowID: 'later' })()
  await waitUntil('it waits', async () => (await store.waits(['later'])).some(({ until }) => until))
  const { seen, done } = followed(store, ['later'], {
    fromNow: true,
    types: ['status', 'step', 'event', 'message', 'waits'],
  })
  await waitUntil('its wait is told', () => seen.some(({ type }) => type === 'waits'))
  await store.send({ workflowId: 'later', topic: 'go', message: 'yes' })
  await handle.getResult()
  await done
  expect(seen.filter(({ type }) => type !== 'waits').map(describe)).toEqual([
    'status PENDING',
    'message go unread',
    'message go read',
    'step 3 DBOS.recv',
    'step 5 helper',
    'step 6 DBOS.getResult',
    'step 7 DBOS.closeStream',
    'status SUCCESS',
  ])
})

test('an unknown id is refused before anything is told', async () => {
  const store = await open()
  const { seen, done } = followed(store, ['life', 'nope'])
  await expect(done).rejects.toMatchObject({ code: 'workflow-not-found' })
  expect(seen).toEqual([])
})

test('it ends at once when it is aborted, and the store holds two connections at most', async () => {
  const store = await open()
  await DBOS.startWorkflow(sleeper, { workflowID: 'sleeps' })()
  const connections = async () => {
    const rows = await database.query(
      `select query from pg_stat_activity where datname = current_database() and application_name = 'drover'`,
    )
    return rows.length
  }
  const stop = new AbortController()
  const first = followed(store, ['sleeps'], { signal: stop.signal })
  const second = followed(store, ['sleeps'], { signal: stop.signal })
  await waitUntil('it listens', async () => (await connections()) === 2)
  await waitUntil('both wait', () =>
    [first, second].every(({ seen }) => seen.some(({ type }) => type === 'waits')),
  )
  stop.abort()
  await Promise.all([first.done, second.done])
  await waitUntil('it no longer listens', async () => (await connections()) === 1)
  await store.close()
  await waitUntil('it is gone', async () => (await connections()) === 0)
})

test('a store that is closed ends what follows it', async () => {
  const store = await open()
  const { seen, done } = followed(store, ['sleeps'])
  await waitUntil('it began', () => seen.length > 0)
  await store.close()
  await done
})

test('a database that goes away is waited for, and told about when that takes long', async () => {
  const store = await open({ noticeAfterMs: 300, giveUpAfterMs: patience() })
  const notices: string[] = []
  await DBOS.startWorkflow(sleeper, { workflowID: 'outage' })()
  const { seen, done } = followed(store, ['outage'], { onNotice: (notice) => notices.push(notice) })
  await waitUntil('it waits', () => seen.some(({ type }) => type === 'waits'))
  onTestFinished(() => void allowConnections(true).catch(() => {}))
  await allowConnections(false)
  await cutConnections()
  await waitUntil('it says so', () => notices.length > 0)
  await DBOS.send('outage', 'good morning', 'wake')
  await allowConnections(true)
  await done
  expect(notices.slice(0, 2)).toEqual([
    `${database.target.label} does not answer; drover keeps trying.`,
    `${database.target.label} answers again.`,
  ])
  expect(seen.filter(({ type }) => type === 'status').map(describe)).toEqual([
    'status PENDING',
    'status SUCCESS',
  ])
})

test('a database that does not come back is given up', async () => {
  const store = await open({ noticeAfterMs: 10, giveUpAfterMs: 300 })
  const { seen, done } = followed(store, ['sleeps'])
  await waitUntil('it began', () => seen.length > 0)
  onTestFinished(() => void allowConnections(true).catch(() => {}))
  await allowConnections(false)
  await cutConnections()
  await expect(done).rejects.toMatchObject({ code: 'connection-lost' })
  await allowConnections(true)
})

test('a line that went dead is told about, and leaving does not wait for it', async () => {
  const proxy = await startSilentProxy(inject('serverUrl'))
  onTestFinished(() => proxy.close())
  const target = { ...database.target, url: proxy.urlOf(database.target.url) }
  const store = await openStore(target, { noticeAfterMs: 100, giveUpAfterMs: patience(3_600_000) })
  const notices: string[] = []
  const stop = new AbortController()
  const { seen, done } = followed(store, ['sleeps'], {
    signal: stop.signal,
    onNotice: (notice) => notices.push(notice),
  })
  await waitUntil('it began', () => seen.some(({ type }) => type === 'waits'))
  proxy.silence()
  await waitUntil('it says so', () => notices.length > 0)
  expect(notices).toContain(`${target.label} does not answer; drover keeps trying.`)
  const startMs = performance.now()
  stop.abort()
  await done
  await store.close()
  // Nobody answers, and it would be an hour before that is given up.
  expect(performance.now() - startMs).toBeLessThan(patience())
})

test('a line that went dead is replaced, and nothing is missed', async () => {
  const proxy = await startSilentProxy(inject('serverUrl'))
  onTestFinished(() => proxy.close())
  const target = { ...database.target, url: proxy.urlOf(database.target.url) }
  const store = await openStore(target, { noticeAfterMs: 100, silenceMs: 1000, giveUpAfterMs: patience() })
  const notices: string[] = []
  await DBOS.startWorkflow(sleeper, { workflowID: 'cut-off' })()
  const { seen, done } = followed(store, ['cut-off'], { onNotice: (notice) => notices.push(notice) })
  await waitUntil('it waits', () => seen.some(({ type }) => type === 'waits'))
  proxy.silence()
  proxy.restore()
  await DBOS.send('cut-off', 'hello', 'wake')
  await done
  expect(notices.slice(0, 2)).toEqual([
    `${target.label} does not answer; drover keeps trying.`,
    `${target.label} answers again.`,
  ])
  expect(describe(seen.at(-1))).toBe('status SUCCESS')
  await store.close()
})

test('a line that stays dead is given up in time', async () => {
  const proxy = await startSilentProxy(inject('serverUrl'))
  onTestFinished(() => proxy.close())
  const target = { ...database.target, url: proxy.urlOf(database.target.url), reconnectTimeoutMs: 300 }
  const store = await openStore(target)
  const { seen, done } = followed(store, ['sleeps'])
  await waitUntil('it began', () => seen.length > 0)
  proxy.silence()
  await expect(done).rejects.toMatchObject({
    code: 'connection-lost',
    message: `${target.label} did not come back within 300 ms.`,
  })
  await store.close()
})

test('a server that ends idle sessions is listened to again and again', async () => {
  await database.query(`alter database ${database.name} set idle_session_timeout = '150ms'`)
  const store = await open({ noticeAfterMs: patience(), giveUpAfterMs: patience(180_000) })
  const notices: string[] = []
  await DBOS.startWorkflow(sleeper, { workflowID: 'idle' })()
  const { seen, done } = followed(store, ['idle'], { onNotice: (notice) => notices.push(notice) })
  const listeners = new Set<unknown>()
  await waitUntil('it has listened three times', async () => {
    const rows = await database.query(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'drover'
       and query like 'listen%'`,
    )
    for (const { pid } of rows) listeners.add(pid)
    return listeners.size >= 3
  })
  await database.query(`alter database ${database.name} reset idle_session_timeout`)
  await DBOS.send('idle', 'hello', 'wake')
  await done
  expect(notices).toEqual([])
  expect(describe(seen.at(-1))).toBe('status SUCCESS')
})

test('nothing is read ahead of the consumer by more than a batch', async () => {
  const store = await open()
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('long', 'SUCCESS', 'x')`,
  )
  await database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization)
     select 'long', 'k', n, n::text, 'portable_json' from generate_series(0, 4999) n`,
  )
  const values: unknown[] = []
  const follow = (signal: AbortSignal) => store.follow(['long'], { signal, types: ['stream'] })
  for await (const change of untilItEnds('the feed of long', follow)) {
    if (change.type !== 'stream') continue
    if (values.length === 0) {
      await database.query(
        `update dbos.streams set value = '"late"' where workflow_uuid = 'long' and "offset" = 1000`,
      )
    }
    values.push(change.value)
  }
  expect(values).toEqual(upTo(5000).map((n) => (n === 1000 ? 'late' : n)))
})

test('where notifications do not arrive it polls, and says so once', async () => {
  await database.query(`create function public.pg_notify(text, text) returns void language sql as ''`)
  await database.query(`alter database ${database.name} set search_path = public, pg_catalog`)
  const store = await open({ noticeAfterMs: 50, giveUpAfterMs: patience() })
  const notices: string[] = []
  await DBOS.startWorkflow(sleeper, { workflowID: 'deaf' })()
  const { seen, done } = followed(store, ['deaf'], { onNotice: (notice) => notices.push(notice) })
  const polls =
    'Postgres delivers no notifications through this connection, so drover polls it (--listen-url can name a direct one).'
  await waitUntil('it says so', () => notices.includes(polls))
  await DBOS.send('deaf', 'ring', 'wake')
  await done
  expect(notices.filter((notice) => notice === polls)).toEqual([polls])
  expect(describe(seen.at(-1))).toBe('status SUCCESS')
})

function describe(change: Change | undefined): string {
  switch (change?.type) {
    case 'status':
      return `status ${change.workflow.status}`
    case 'step':
      return `step ${change.step.step} ${change.step.name}`
    case 'event':
      return `event ${change.key} ${JSON.stringify(change.value)}`
    case 'stream':
      return `stream ${change.key} ${change.offset} ${JSON.stringify(change.value)}`
    case 'stream-closed':
      return `stream-closed ${change.key}`
    case 'message':
      return `message ${change.message.topic} ${change.message.read ? 'read' : 'unread'}`
    case 'waits':
      return `waits ${change.waits.length}`
    case 'child':
      return `child ${change.childId} ${change.name}`
    default:
      return 'nothing'
  }
}
