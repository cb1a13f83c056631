import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '../support/wait-until.ts'
import { anyDatabase, createTestHome, query, type TestHome } from './test-home.ts'
import { startVisitor } from './visitor.ts'

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
