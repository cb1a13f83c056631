import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { LocalDatabase } from '../../src/core/embedded-database.ts'
import { readPostmaster } from '../../src/local/server/postmaster.ts'
import { commandOf, isNumberTaken } from '../../src/local/server/process.ts'
import { attachedTo } from '../../src/local/server/shared-memory.ts'
import { socketUrl } from '../../src/local/server/socket-connection.ts'
import { createReadyHome } from '../support/ready-home.ts'
import { waitUntil } from '../support/wait-until.ts'
import { anyDatabase, createTestHome, query, type TestHome } from './test-home.ts'
import { startVisitor } from './visitor.ts'

let place: TestHome
let local: LocalDatabase
let url: string
let notices: string[]

beforeAll(async () => {
  place = await createTestHome(await createReadyHome())
  url = socketUrl(place.layout.sockets, 'drover')
})

beforeEach(() => {
  notices = []
  local = place.local({ onNotice: (notice) => notices.push(notice) })
})

afterEach(() => local.leave())

afterAll(() => place.remove())

/** A server that nobody in this process uses, and that nobody would start again. */
async function abandonServer(): Promise<void> {
  const visitor = await startVisitor(place.home)
  await visitor.open()
  await visitor.kill()
}

function killServer(): void {
  const pid = place.pid()
  if (pid === undefined) throw new Error('no server runs')
  process.kill(pid, 'SIGKILL')
}

/** Runs as the user of the server, whose processes Postgres takes for servers. */
function spawnStranger(command: string): ChildProcess {
  const { uid, gid } = statSync(place.layout.data)
  const stranger = spawn('sh', ['-c', command], { uid, gid, cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => {
    stranger.kill()
  })
  return stranger
}

/** As if the system had given the number of the dead server to another process. */
async function recycleNumber(pid: number): Promise<void> {
  const dead = readPostmaster(place.layout.postmasterFile)
  await waitUntil('the last backend has ended', () => attachedTo(dead?.sharedMemoryId ?? 0) === 0)
  for (const file of [place.layout.postmasterFile, path.join(place.layout.sockets, '.s.PGSQL.5432.lock')]) {
    const [, ...rest] = readFileSync(file, 'utf8').split('\n')
    writeFileSync(file, [pid, ...rest].join('\n'))
  }
}

test('what was committed survives a SIGKILL of the server, whose stale file is no obstacle', async () => {
  await abandonServer()
  await query(url, 'create table kept as select 42 as answer')
  killServer()
  expect(readPostmaster(place.layout.postmasterFile)).toBeDefined()
  await local.open(anyDatabase)
  expect(await query(url, 'select answer from kept')).toEqual([{ answer: 42 }])
})

test('a living stranger with the number of the dead server is no obstacle, and is left alone', async () => {
  await abandonServer()
  killServer()
  const stranger = spawnStranger('exec sleep 60')
  await recycleNumber(stranger.pid ?? 0)
  await local.open(anyDatabase)
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(commandOf(stranger.pid ?? 0)).toContain('sleep')
})

test('a zombie with that number is no obstacle', async () => {
  await abandonServer()
  killServer()
  const parent = spawnStranger('sleep 61 & echo $!; exec sleep 60')
  const [line] = await once(parent.stdout ?? parent, 'data')
  const zombie = Number(line)
  await waitUntil('no shell is left to reap the child', () => commandOf(parent.pid ?? 0).startsWith('sleep'))
  process.kill(zombie, 'SIGKILL')
  await waitUntil('the child is a zombie', () => isNumberTaken(zombie) && commandOf(zombie) === '')
  await recycleNumber(zombie)
  await local.open(anyDatabase)
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a backend that outlives its server is waited for, and that is said', async () => {
  await abandonServer()
  const end = path.join(place.home, 'end')
  const busy = query(
    url,
    `do $$ begin while pg_stat_file('${end}', true) is null loop end loop; end $$`,
  ).catch((error: Error) => error)
  await waitUntil('the backend is busy', async () => {
    const rows = await query(url, `select from pg_stat_activity where query like 'do %' and state = 'active'`)
    return rows.length > 0
  })
  killServer()
  const opened = local.open(anyDatabase)
  await waitUntil('that is said', () => notices.length > 0)
  writeFileSync(end, '')
  await opened
  expect(notices).toEqual(['Waiting for what is left of the last embedded Postgres to end.'])
  await busy
})

test('a server that crashes under a process that uses it is started again', async () => {
  const visitor = await startVisitor(place.home)
  const before = await visitor.open()
  const dead = place.pid()
  killServer()
  await waitUntil('another server runs', () => place.pid() !== undefined && place.pid() !== dead)
  expect(await visitor.open()).not.toBe(before)
  expect(visitor.notices).toEqual(['The embedded Postgres went away; starting it again.'])
  await visitor.leave()
  expect(place.pid()).toBeUndefined()
  await visitor.kill()
})

test('a process that is killed while it creates the database is no obstacle, and nothing of its work stays', async () => {
  const fresh = await createTestHome()
  onTestFinished(() => fresh.remove())
  const visitor = await startVisitor(fresh.home)
  const opened = visitor.open().catch((error: Error) => error)
  await waitUntil('the creation has begun', () => visitor.notices.length > 0)
  await visitor.kill()
  await opened
  const successor = fresh.local()
  await successor.open(anyDatabase)
  await successor.leave()
  expect(readdirSync(fresh.layout.cluster).sort()).toEqual(['data', 's', 'server.log'])
  expect(readdirSync(fresh.home).sort()).toEqual(['db', 'pg'])
})
