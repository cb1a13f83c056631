import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../../src/local/server/tcp.ts'
import { createReadyHome } from '../../support/ready-home.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { anyDatabase, createTestHome, query, type TestHome } from '../test-home.ts'
import { startVisitor } from '../visitor.ts'

let place: TestHome

beforeAll(async () => {
  place = await createTestHome(await createReadyHome())
})

afterEach(async () => {
  await place.local().stop({ force: true })
})

afterAll(() => place.remove())

const database = 'drover'

test('one that was started by name stays up when the last one is out, until it is stopped', async () => {
  const local = place.local()
  expect(await local.start({ database })).toMatchObject({ state: 'up', pinned: true, tcpUrl: null })
  await local.leave()
  const visitor = place.local()
  await visitor.open(anyDatabase)
  await visitor.leave()
  expect(await visitor.status()).toMatchObject({ state: 'up', pinned: true, clients: [] })
  expect(await visitor.stop({ force: false })).toBe(true)
  expect(await visitor.status()).toMatchObject({ state: 'down', pinned: false })
})

test('a second start while it runs changes nothing, and pins one that was not pinned', async () => {
  const [user, other] = [place.local(), place.local()]
  await user.open(anyDatabase)
  const before = place.pid()
  expect(await other.start({ database })).toMatchObject({ state: 'up', pid: before, pinned: true })
  expect(await other.start({ database })).toMatchObject({ state: 'up', pid: before, pinned: true })
  await Promise.all([user.leave(), other.leave()])
  expect(place.pid()).toBe(before)
})

test('stopping what does not run is no error', async () => {
  const local = place.local()
  await local.open(anyDatabase)
  await local.leave()
  expect(await local.stop({ force: false })).toBe(false)
})

test('it is not stopped under somebody who uses it, whose name is told', async () => {
  const user = place.local()
  await user.open(anyDatabase)
  await expect(place.local().stop({ force: false })).rejects.toMatchObject({
    code: 'database-in-use',
    message: `The embedded database is in use by drover (process ${process.pid}).`,
    hint: 'drover db stop --force',
  })
  expect(place.pid()).toBeDefined()
  expect(await user.stop({ force: false })).toBe(true)
})

test('with force it is stopped all the same, and who used it does not start it again', async () => {
  const visitor = await startVisitor(place.home)
  await visitor.open()
  expect(await place.local().stop({ force: true })).toBe(true)
  await visitor.leave()
  expect(visitor.notices).toEqual([])
  expect(place.pid()).toBeUndefined()
  await visitor.kill()
})

test('on TCP it asks for the password that only this user can read, and the socket keeps its URL', async () => {
  const local = place.local()
  const { url } = await local.open(anyDatabase)
  await local.leave()
  const { tcpUrl } = await local.start({ database, tcpPort: 0 })
  const withPassword = new URL(tcpUrl ?? '')
  expect(withPassword.hostname).toBe('127.0.0.1')
  expect(await query(withPassword.href, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  withPassword.password = 'guessed'
  await expect(query(withPassword.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  await local.leave()
})

test('a pinned server that died is the same again for who opens it next, port and password included', async () => {
  const local = place.local()
  const { tcpUrl, pid } = await local.start({ database, tcpPort: await freePort() })
  await local.leave()
  process.kill(pid ?? 0, 'SIGKILL')
  await waitUntil('the server is gone', () => place.pid() === undefined)
  await local.open(anyDatabase)
  expect(await query(tcpUrl ?? '', 'select 1 as one')).toEqual([{ one: 1 }])
  await local.leave()
  expect(await local.status()).toMatchObject({ state: 'up', tcpUrl, pinned: true })
})

test('a change of port restarts it, but not under somebody who uses it', async () => {
  const [user, other] = [place.local(), place.local()]
  await user.open(anyDatabase)
  await expect(other.start({ database, tcpPort: 0 })).rejects.toMatchObject({ code: 'database-in-use' })
  expect(await user.status()).toMatchObject({ tcpUrl: null, pinned: false })
  await user.leave()
  expect((await other.start({ database, tcpPort: 0 })).tcpUrl).toContain('127.0.0.1')
  await other.leave()
})

test('a port that another program has is refused by number, and the server starts without it next time', async () => {
  const program = createServer().listen(0, '127.0.0.1')
  await once(program, 'listening')
  const { port } = program.address() as { port: number }
  const local = place.local()
  await expect(local.start({ database, tcpPort: port })).rejects.toMatchObject({
    code: 'port-in-use',
    message: `Port ${port} of 127.0.0.1 is in use by another program.`,
    hint: 'drover db start --tcp PORT',
  })
  program.close()
  expect(await local.start({ database })).toMatchObject({ state: 'up', tcpUrl: null })
  await local.leave()
})
