import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type DroverProcess, runDrover, startDrover, untilReady } from '../support/drover-process.ts'
import { installShim } from '../support/drover-shim.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

const examples = path.join(import.meta.dirname, '../../examples')

let database: TestDatabase
let folder: string
let store: Store
let worker: DroverProcess
beforeAll(async () => {
  database = await createTestDatabase()
  folder = await createHome()
  store = await openStore(database.target)
  await installShim(folder, store)
  const env = { DROVER_DB_URL: database.target.url }
  worker = startDrover(['worker', '--app', 'drover:demo'], { home: folder, env })
  await untilReady(worker)
})
afterAll(async () => {
  worker.process.kill('SIGTERM')
  await worker.ended
  await store.close()
  await database.drop()
  await removeHome(folder)
})

/** A script as a user runs it, with `drover` on the path. */
async function run(script: string, ...args: string[]) {
  const child = spawn('sh', [path.join(examples, script), ...args], {
    cwd: folder,
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      HOME: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

const linesOf = async (script: string) =>
  (await readFile(path.join(examples, script), 'utf8')).trimEnd().split('\n').length

describe.concurrent('the scripts', () => {
  test('ci-smoke.sh starts, waits, approves and asserts, in under 25 lines', async () => {
    const { code, stderr } = await run('ci-smoke.sh', 'smoke.xml')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(await readFile(path.join(folder, 'smoke.xml'), 'utf8')).toContain('tests="4" failures="0"')
    expect(await linesOf('ci-smoke.sh')).toBeLessThan(25)
  })

  test('events.sh sees the progress, the status and the result', async () => {
    const { code, stdout, stderr } = await run('events.sh', '5')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toContain('status: ')
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('status\tcompleted')
    expect(await linesOf('events.sh')).toBeLessThan(30)
  })

  test('messaging.sh tells yes, no, nobody and not now apart', async () => {
    const { code, stdout, stderr } = await run('messaging.sh', '1')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect([...stdout.matchAll(/"decision": "([a-z-]+)"/g)].map(([, decision]) => decision)).toEqual([
      'approved',
      'rejected',
      'timed-out',
    ])
    expect(await linesOf('messaging.sh')).toBeLessThan(30)
  })

  test('streaming.sh misses no value', async () => {
    const { code, stdout, stderr } = await run('streaming.sh', '5')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toContain('look 3: ')
    expect(await linesOf('streaming.sh')).toBeLessThan(30)
  })

  test('the same as cases of drover test, and what comes of each', async () => {
    const env = { DROVER_DB_URL: database.target.url ?? '', STEPS: '5', PATIENCE: '1' }
    const files = ['ci-smoke', 'events', 'messaging', 'streaming'].map((name) =>
      path.join(examples, `tests/${name}.yaml`),
    )
    const { code, stdout, stderr } = await runDrover(['test', ...files], { home: folder, env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^8 passed /)
    const broken = (await readFile(files[0] ?? '', 'utf8')).replace(
      'decision: approved',
      'decision: rejected',
    )
    await writeFile(path.join(folder, 'broken.yaml'), broken)
    expect(await runDrover(['test', 'broken.yaml'], { home: folder, env })).toMatchObject({
      code: 5,
      stdout: expect.stringContaining('result.decision\n    - "rejected"\n    + "approved"\n'),
    })
  })
})
