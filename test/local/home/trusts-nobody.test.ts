import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createStartedLog } from '../../../src/local/cluster/started-file.ts'
import { createProjectFiles } from '../../../src/local/home/read-project-files.ts'
import { createReadyHome } from '../../support/ready-home.ts'
import { createHome, removeHome } from '../../support/throw-away-home.ts'
import { anyDatabase, createTestHome, isRoot, query, type TestHome } from '../test-home.ts'

/** Nobody of this machine's. */
const stranger = 54_321

let place: TestHome

beforeAll(async () => {
  place = await createTestHome(await createReadyHome())
})

afterAll(() => place.remove())

/** What others than the owner may do with anything below a directory, by path. */
function openPlaces(directory: string, mask: number): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(directory, name))
    .filter((file) => !lstatSync(file).isSymbolicLink() && (lstatSync(file).mode & mask) !== 0)
}

function withUmask(mask: number): void {
  const before = process.umask(mask)
  onTestFinished(() => void process.umask(before))
}

test('under umask 000 nobody else may read or write what drover keeps', async () => {
  withUmask(0)
  const outer = await createHome()
  const home = path.join(outer, 'a/b')
  await createStartedLog(home).remember('db', 'wf-1')
  const projectFiles = createProjectFiles(home)
  await projectFiles.trust([{ path: '/x/drover.config.json', text: '{}' }])
  expect(await projectFiles.isTrusted({ path: '/x/drover.config.json', text: '{}' })).toBe(true)
  expect(await createStartedLog(home).last('db')).toBe('wf-1')
  expect(lstatSync(home).mode & 0o777).toBe(0o700)
  expect(lstatSync(path.dirname(home)).mode & 0o022).toBe(0)
  expect(openPlaces(home, 0o077)).toEqual([])
  await removeHome(outer)
})

test('under umask 000 the embedded Postgres is written by nobody else, and read by nobody but its user', async () => {
  withUmask(0)
  const outer = await createHome()
  const fresh = await createTestHome(path.join(outer, 'home'))
  const local = fresh.local()
  await local.start({ database: 'drover', tcpPort: 0 })
  await local.leave()
  expect(openPlaces(fresh.home, 0o022)).toEqual([])
  expect(lstatSync(fresh.home).mode & 0o777).toBe(isRoot ? 0o711 : 0o700)
  for (const file of ['pin.json', 'db/password', 'db/server.log']) {
    expect(lstatSync(path.join(fresh.home, file)).mode & 0o777).toBe(0o600)
  }
  expect(lstatSync(fresh.layout.sockets).mode & 0o777).toBe(0o700)
  await fresh.remove()
  await removeHome(outer)
})

test('a home that everybody could write to is closed to them', async () => {
  const home = await createHome()
  chmodSync(home, 0o777)
  await createStartedLog(home).remember('db', 'wf-1')
  expect(lstatSync(home).mode & 0o777).toBe(0o755)
})

test.each(['', '{', 'null', '[]', '{"tcpPort":"x"}'])(
  'a pin of %j still pins, and nothing breaks',
  async (text) => {
    const local = place.local()
    await local.start({ database: 'drover' })
    await local.leave()
    writeFileSync(place.layout.pin, text)
    expect(await place.local().status()).toMatchObject({ state: 'up', pinned: true })
    await place.local().stop({ force: true })
  },
)

test.each(['', '{', '[1]', '{"db": 1}'])(
  'a list of what was started that is %j is begun again',
  async (text) => {
    const home = await createHome()
    writeFileSync(path.join(home, 'started.json'), text)
    const log = createStartedLog(home)
    expect(await log.last('db')).toBeUndefined()
    await log.remember('db', 'wf-1')
    expect(await log.last('db')).toBe('wf-1')
  },
)

test.each(['', '{', '{"files": []}'])(
  'a list of what is trusted that is %j trusts nothing, and is begun again',
  async (text) => {
    const home = await createHome()
    writeFileSync(path.join(home, 'trusted.json'), text)
    const projectFiles = createProjectFiles(home)
    const file = { path: '/x', text: '{}' }
    expect(await projectFiles.isTrusted(file)).toBe(false)
    await projectFiles.trust([file])
    expect(await projectFiles.isTrusted(file)).toBe(true)
    expect(await projectFiles.isNewHost('db:5432')).toBe(true)
    expect(await projectFiles.isNewHost('db:5432')).toBe(false)
    chmodSync(path.join(home, 'trusted.json'), 0o666)
    expect(await projectFiles.isTrusted(file)).toBe(false)
  },
)

test.each(['', '1', `${process.ppid}`, `${process.ppid} 17`, 'hello'])(
  'a lock of %j, which no living process of ours holds, is not waited for',
  async (text) => {
    const notices: string[] = []
    writeFileSync(place.layout.lock, text)
    const local = place.local({ onNotice: (notice) => notices.push(notice) })
    await local.open(anyDatabase)
    await local.leave()
    expect(notices).toEqual([])
  },
)

test('a data directory without PG_VERSION is told, and nothing is created beside it', async () => {
  const home = await createHome()
  const broken = await createTestHome(home)
  mkdirSync(path.join(broken.layout.data, 'base'), { recursive: true })
  await expect(broken.local().open(anyDatabase)).rejects.toMatchObject({
    code: 'embedded-database-failed',
    message: expect.stringContaining('lacks its file PG_VERSION'),
    hint: expect.stringContaining('drover db reset --all'),
  })
  expect(readdirSync(broken.layout.cluster).filter((name) => name.startsWith('data'))).toEqual(['data'])
  expect(readdirSync(broken.layout.data)).toEqual(['base'])
})

test.each(['open', 'start', 'upgrade', 'status'] as const)(
  'an upgrade that was killed when the old data had made room is finished by whoever comes next: %s',
  async (verb) => {
    const { data, upgraded } = place.layout
    await place.local().stop({ force: true })
    renameSync(data, upgraded)
    const local = place.local()
    expect(local.exists()).toBe(true)
    if (verb === 'open') await local.open(anyDatabase)
    else if (verb === 'start') await local.start({ database: 'drover' })
    else if (verb === 'upgrade') expect(await local.upgrade()).toBeUndefined()
    else expect(await local.status()).toMatchObject({ state: 'down' })
    await local.leave()
    await place.local().open(anyDatabase)
    expect([existsSync(data), existsSync(upgraded)]).toEqual([true, false])
    await place.local().stop({ force: true })
  },
)

test('a password file that was lost is made again', async () => {
  const local = place.local()
  await local.start({ database: 'drover', tcpPort: 0 })
  writeFileSync(place.layout.password, '')
  expect((await local.status()).tcpUrl).toBeNull()
  const { tcpUrl } = await local.start({ database: 'drover', tcpPort: 0 })
  expect(await query(tcpUrl ?? '', 'select 1 as one')).toEqual([{ one: 1 }])
  await local.leave()
  await place.local().stop({ force: true })
})

test.skipIf(!isRoot)(
  'a socket directory of another user is refused before a byte is sent to it (as root)',
  async () => {
    const { sockets } = place.layout
    const own = place.local()
    const target = await own.open(anyDatabase)
    await own.leave()
    await place.local().stop({ force: true })
    rmSync(sockets, { recursive: true, force: true })
    mkdirSync(sockets, { mode: 0o700 })
    let connections = 0
    const squatter = createServer((socket) => {
      connections++
      socket.end()
    }).listen(path.join(sockets, '.s.PGSQL.5432'))
    onTestFinished(() => {
      squatter.close()
      rmSync(sockets, { recursive: true, force: true })
    })
    chownSync(sockets, stranger, stranger)
    const refused = { code: 'embedded-database-failed', message: expect.stringContaining('is not private') }
    await expect(place.local().open(anyDatabase)).rejects.toMatchObject(refused)
    await expect(place.local().status()).resolves.toMatchObject({ state: 'down' })
    expect(() => target.assertOwnSocket?.()).toThrow('is not private')
    expect(connections).toBe(0)
  },
)

test.skipIf(!isRoot)('a server that another user put into the home is never run (as root)', async () => {
  const home = await createHome()
  const tree = readdirSync(path.join(place.home, 'pg'))[0] ?? ''
  mkdirSync(path.join(home, 'pg', tree, 'bin'), { recursive: true })
  writeFileSync(path.join(home, 'pg', tree, 'bin/initdb'), `#!/bin/sh\nid >"${home}/planted"\n`, {
    mode: 0o755,
  })
  chownSync(path.join(home, 'pg'), stranger, stranger)
  const victim = await createTestHome(home)
  await expect(victim.local().open(anyDatabase)).rejects.toMatchObject({
    code: 'embedded-database-failed',
    message: `${home}/pg belongs to another user, so that nothing in it is used.`,
  })
  expect(existsSync(path.join(home, 'planted'))).toBe(false)
})
