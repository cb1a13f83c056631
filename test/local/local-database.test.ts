import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { LocalDatabase } from '../../src/core/embedded-database.ts'
import { patience } from '../support/patience.ts'
import { anyDatabase, createTestHome, query, type TestHome } from './test-home.ts'

/** Enough to connect, and less than a creation takes. */
const shortMs = patience() / 30

const marker = `select current_setting('drover.created', true) as created`

let place: TestHome
let local: LocalDatabase

beforeAll(async () => {
  place = await createTestHome()
  local = place.local({ settings: {} })
})

afterAll(async () => {
  await local.leave()
  await place.remove()
})

test('before anything was opened there is nothing, and looking creates nothing', async () => {
  expect(local.exists()).toBe(false)
  expect(await local.status()).toMatchObject({ state: 'absent', sizeBytes: null, url: null, pinned: false })
  expect(await local.logs(10)).toEqual([])
  expect(await local.stop({ force: false })).toBe(false)
  expect(existsSync(place.layout.cluster)).toBe(false)
})

test('opening it creates it, durable, on a socket only, with a database that is marked as drover’s own', async () => {
  const second = place.local({ settings: {} })
  // The time to connect is not that of the creation, for which the second one waits.
  const impatient = { ...anyDatabase, connectTimeoutMs: shortMs }
  const [target] = await Promise.all([local.open(impatient), second.open(impatient)])
  await second.leave()
  expect(target).toMatchObject({
    schema: 'dbos',
    label: 'embedded database drover',
    connectTimeoutMs: shortMs,
  })
  expect(await query(target.url, marker)).toEqual([{ created: 'on' }])
  const settings = await query(
    target.url,
    `select name, setting from pg_settings
      where name in ('fsync', 'synchronous_commit', 'listen_addresses', 'unix_socket_permissions') order by name`,
  )
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    fsync: 'on',
    listen_addresses: '',
    synchronous_commit: 'on',
    unix_socket_permissions: '0700',
  })
  expect(local.exists()).toBe(true)
})

test('its URL means the same whatever PG variables are set', async () => {
  const { url } = await local.open(anyDatabase)
  for (const [name, value] of Object.entries({ PGPORT: '1', PGSSLMODE: 'require', PGUSER: 'nemo' })) {
    vi.stubEnv(name, value)
  }
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a database that several create at once is created once, and each sees it marked', async () => {
  const users = Array.from({ length: 5 }, () => place.local())
  const targets = await Promise.all(
    users.map((user) => user.open({ database: 'shared with "quotes"', connectTimeoutMs: patience() })),
  )
  const marks = await Promise.all(targets.map(({ url }) => query(url, marker)))
  expect(marks.flat()).toEqual(users.map(() => ({ created: 'on' })))
  await Promise.all(users.map((user) => user.leave()))
})

test('a database that somebody made there by hand is not marked', async () => {
  const { url } = await local.open(anyDatabase)
  await query(url, 'create database by_hand')
  const target = await local.open({ database: 'by_hand', connectTimeoutMs: patience() })
  expect(await query(target.url, marker)).toEqual([{ created: null }])
})

test('a reset leaves an empty database, marked, also under sessions that are open', async () => {
  const { url } = await local.open(anyDatabase)
  await query(url, 'create table kept as select 1')
  const open = query(url, 'select pg_sleep(60)').catch((error: Error) => error)
  await local.reset({ database: 'drover', all: false })
  expect(await open).toBeInstanceOf(Error)
  expect(await query(url, `select to_regclass('kept') as kept`)).toEqual([{ kept: null }])
  expect(await query(url, marker)).toEqual([{ created: 'on' }])
})

test('status tells where it is and who uses it', async () => {
  expect(await local.status()).toEqual({
    state: 'up',
    pid: place.pid(),
    version: '18.4',
    url: (await local.open(anyDatabase)).url,
    tcpUrl: null,
    dataDirectory: place.layout.data,
    logFile: place.layout.log,
    sizeBytes: expect.any(Number),
    databases: ['by_hand', 'drover', 'shared with "quotes"'],
    clients: [`drover (process ${process.pid})`],
    pinned: false,
  })
})

test('the log is read from its end', async () => {
  expect(await local.logs(0)).toEqual([])
  const [last] = await local.logs(1)
  expect((await local.logs(1000)).at(-1)).toBe(last)
})

test('a server that does not start is told with the last lines of its log, and where the log is', async () => {
  await local.leave()
  const broken = place.local({ settings: { shared_buffers: 'plenty' } })
  await expect(broken.open(anyDatabase)).rejects.toMatchObject({
    code: 'embedded-database-failed',
    message: 'The embedded Postgres did not start.',
    hint: `drover db logs (${place.layout.log})`,
    cause: expect.objectContaining({ message: expect.stringContaining('"plenty"') }),
  })
})

test('a server that does not answer is given up within the time that was set', async () => {
  await local.open(anyDatabase)
  const pid = place.pid() ?? 0
  process.kill(pid, 'SIGSTOP')
  try {
    await expect(place.local().open({ database: 'drover', connectTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'embedded-database-failed',
      message: 'The embedded Postgres cannot be used: it does not answer.',
    })
  } finally {
    process.kill(pid, 'SIGCONT')
  }
})

test('a reset of all leaves nothing, and the next one creates it anew', async () => {
  const { url } = await local.open(anyDatabase)
  await query(url, 'create table kept as select 1')
  await local.reset({ database: 'drover', all: true })
  expect(local.exists()).toBe(false)
  expect(existsSync(place.layout.cluster)).toBe(false)
  await local.open(anyDatabase)
  expect(await query(url, `select to_regclass('kept') as kept`)).toEqual([{ kept: null }])
})
