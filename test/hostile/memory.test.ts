import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { droverBin } from '../support/drover-process.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

const megabyte = 1024 * 1024

describe.skipIf(!existsSync('/proc/self/status'))('a tail into a slow reader (skipped without /proc)', () => {
  let database: TestDatabase
  let home: string

  beforeAll(async () => {
    home = await createHome()
    database = await createTestDatabase()
    await database.query(
      `insert into dbos.workflow_status (workflow_uuid, status, name) values ('long', 'PENDING', 'x')`,
    )
    // Nobody needs them after a crash of the server.
    await database.query('alter table dbos.streams set unlogged')
    await seed('small', 150_000, `'{"token":"some words of a model","n":' || n || '}'`)
    await database.query('alter table dbos.streams alter column value set storage external')
    await seed('big', 25, `'"' || n || repeat('x', 10000000) || '"'`)
  })

  afterAll(async () => {
    await database.drop()
    await removeHome(home)
  })

  const seed = (key: string, count: number, value: string) =>
    database.query(
      `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization)
       select 'long', '${key}', n, ${value}, 'portable_json' from generate_series(0, ${count - 1}) n`,
    )

  /** Reads the first `count` lines, pausing again and again, and gives the most memory that the process ever had. */
  async function tail(key: string, count: number): Promise<{ lines: number; peakBytes: number }> {
    const args = ['stream', 'long', key, '--follow', '-o', 'jsonl', '--db-url', database.target.url]
    const child = spawn(process.execPath, [droverBin, ...args], {
      env: { PATH: process.env.PATH, DROVER_HOME: home },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let lines = 0
    let chunks = 0
    for await (const chunk of child.stdout) {
      lines += countLines(chunk as Buffer)
      if (lines === count) break
      if (++chunks % 100 === 0) await delay(5)
    }
    const peakBytes =
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024
    child.kill('SIGKILL')
    return { lines, peakBytes }
  }

  /** Byte by byte in JavaScript would take longer than all that is tested. */
  function countLines(chunk: Buffer): number {
    let count = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count += 1
    return count
  }

  test('of 150,000 values holds only a batch or two of them', async () => {
    const { lines, peakBytes } = await tail('small', 150_000)
    expect(lines).toBe(150_000)
    expect(peakBytes).toBeLessThan(150 * megabyte)
  })

  // Each is copied several times on its way, and the copies go when V8 sees fit: all of them would be a gigabyte.
  test('of 25 values of 10 MB holds a few of them', async () => {
    const { lines, peakBytes } = await tail('big', 25)
    expect(lines).toBe(25)
    expect(peakBytes).toBeLessThan(550 * megabyte)
  })
})
