import { afterAll, beforeAll, expect, test } from 'vitest'
import { creationLock } from '../../../src/local/cluster/databases.ts'
import { detach, isUnused } from '../../../src/local/presence/detach.ts'
import { removePin } from '../../../src/local/presence/pin.ts'
import { enter, isAwaited, type Presence, takeExclusively } from '../../../src/local/presence/presence.ts'
import { readPostmaster } from '../../../src/local/server/postmaster.ts'
import { connect, isDown } from '../../../src/local/server/socket-connection.ts'
import { stopServer } from '../../../src/local/server/spawn-server.ts'
import { patience } from '../../support/patience.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { anyDatabase, createTestHome, query, type TestHome } from '../test-home.ts'
import { startVisitor } from '../visitor.ts'

let place: TestHome

beforeAll(async () => {
  place = await createTestHome()
})

afterAll(() => place.remove())

test('six processes that open it at once from nothing share one server, and the last one out stops it', async () => {
  const visitors = await Promise.all(Array.from({ length: 6 }, () => startVisitor(place.home)))
  const answers = await Promise.all(visitors.map((visitor) => visitor.open()))
  expect(new Set(answers).size).toBe(1)
  expect(place.log().match(/ready to accept connections/g)).toHaveLength(1)

  for (const visitor of visitors.slice(0, -1)) await visitor.leave()
  expect(place.pid()).toBeDefined()
  await visitors.at(-1)?.leave()
  expect(place.pid()).toBeUndefined()
  await Promise.all(visitors.map((visitor) => visitor.kill()))
})

test('processes that come and go at the same instants are never cut off', async () => {
  const rounds = 25
  const users = Array.from({ length: 3 }, () => place.local())
  await Promise.all(
    users.map(async (local) => {
      for (let round = 0; round < rounds; round++) {
        const { url } = await local.open(anyDatabase)
        expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
        await local.leave()
      }
    }),
  )
  expect(place.pid()).toBeUndefined()
})

test('a server that answers nothing keeps nobody who leaves', async () => {
  const local = place.local()
  await local.open(anyDatabase)
  const leaver = await enter(place.layout, patience())
  const { rows } = await leaver.client.query('select pg_backend_pid() as pid')
  process.kill(rows[0].pid, 'SIGSTOP')
  try {
    const left = await detach(place.layout, leaver, 100).catch((error: unknown) => error)
    expect(isDown(left)).toBe(true)
    expect(place.pid()).toBeDefined()
  } finally {
    process.kill(rows[0].pid, 'SIGCONT')
  }
  await local.leave()
})

/** The first half of leaving: the process is alone, and about to stop the server. */
async function beginToLeave(): Promise<Presence> {
  const local = place.local()
  await local.start({ database: 'drover' })
  await local.leave()
  const leaver = await enter(place.layout, patience())
  expect(await takeExclusively(leaver)).toBe(true)
  removePin(place.layout.pin)
  return leaver
}

test('who comes at the instant in which the last one stops it gets a new one', async () => {
  const leaver = await beginToLeave()
  const old = readPostmaster(place.layout.postmasterFile)
  const newcomer = place.local()
  const opened = newcomer.open(anyDatabase)
  await waitUntil('the newcomer stands at the door', () => isAwaited(leaver))
  if (old !== undefined) await stopServer(place.layout, old, 'SIGINT', patience())
  const { url } = await opened
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(place.pid()).not.toBe(old?.pid)
  await newcomer.leave()
  await leaver.client.end()
})

test('who comes while the last one looks round is seen, and let in', async () => {
  const leaver = await beginToLeave()
  const before = place.pid()
  const newcomer = place.local()
  const opened = newcomer.open(anyDatabase)
  await waitUntil('the newcomer stands at the door', () => isAwaited(leaver))
  expect(await isUnused(leaver)).toBe(false)
  await leaver.client.end()
  await opened
  expect(place.pid()).toBe(before)
  const other = await enter(place.layout, patience())
  expect(await takeExclusively(other)).toBe(false)
  await other.client.end()
  await newcomer.leave()
})

test('who comes while the server goes down in its own time waits for that, and starts it again', async () => {
  const visitor = await startVisitor(place.home)
  await visitor.open()
  const old = place.pid() ?? 0
  process.kill(old, 'SIGTERM')
  const newcomer = place.local()
  const opened = newcomer.open(anyDatabase)
  await waitUntil('it was turned away', () => place.log().includes('the database system is shutting down'))
  await visitor.kill()
  await opened
  expect(place.pid()).not.toBe(old)
  await newcomer.leave()
})

test('a server that is stopped by force while it is opened is started again', async () => {
  const local = place.local()
  await local.start({ database: 'drover' })
  await local.leave()
  const holder = await connect({ layout: place.layout, name: 'holder', timeoutMs: patience() })
  await holder.query('select pg_advisory_lock($1)', [creationLock])
  const opened = local.open({ database: 'another', connectTimeoutMs: patience() })
  await waitUntil('the creation waits', async () => {
    const { rowCount } = await holder.query('select from pg_locks where not granted')
    return rowCount === 1
  })
  await place.local().stop({ force: true })
  const { url } = await opened
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  await local.leave()
})

test('a program that is no drover keeps it up too, and the next one out stops it', async () => {
  const local = place.local()
  const { url } = await local.open(anyDatabase)
  const sleeper = query(url, 'select pg_sleep(60)').catch((error: Error) => error)
  const busy = await waitUntil('the program is connected', async () => {
    const rows = await query(url, `select pid from pg_stat_activity where query like 'select pg_sleep%'`)
    return rows[0]
  })
  await local.leave()
  expect(place.pid()).toBeDefined()
  await query(url, `select pg_terminate_backend(${busy.pid})`)
  await sleeper
  await local.open(anyDatabase)
  await local.leave()
  expect(place.pid()).toBeUndefined()
})

test('a process that was killed leaves the server to the next one out', async () => {
  const [killed, local] = [await startVisitor(place.home), place.local()]
  await killed.open()
  await killed.kill()
  expect(place.pid()).toBeDefined()
  await local.open(anyDatabase)
  await local.leave()
  expect(place.pid()).toBeUndefined()
})

test('leaving without having opened it touches nothing', async () => {
  const user = place.local()
  await user.open(anyDatabase)
  await place.local().leave()
  expect(place.pid()).toBeDefined()
  await user.leave()
  expect(place.pid()).toBeUndefined()
})

test('who only looks does not keep it up', async () => {
  const user = place.local()
  await user.open(anyDatabase)
  const onlooker = place.local()
  expect(await onlooker.status()).toMatchObject({ state: 'up', clients: [`drover (process ${process.pid})`] })
  await user.leave()
  expect(await onlooker.status()).toMatchObject({ state: 'down', pid: null, clients: [], url: null })
})
