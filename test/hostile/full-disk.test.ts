import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { layoutOf } from '../../src/local/cluster/layout.ts'
import { livingPostmaster } from '../../src/local/server/postmaster.ts'
import { droverBin } from '../support/drover-process.ts'
import { exampleWorkflows } from '../support/example-store.ts'
import { sayCounts } from '../support/hostile-plan.ts'
import { copyCluster, createReadyHome, holdOpen } from '../support/ready-home.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { stopAndRemoveHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const disk = mountSmallDisk('192m')
const testOnDisk = test.skipIf(!disk)

let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
  for (const workflow of exampleWorkflows)
    await seedWorkflow(place.database, { ...workflow, createdAt: new Date() })
})
afterAll(() => place.remove())

/** Somewhere on a disk that takes nothing more. */
function fullDisk(): SmallDisk {
  const { fill, free, directory } = disk ?? expect.fail()
  fill()
  onTestFinished(free)
  return { fill, free, directory }
}

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The built binary; where a file is given, what it prints goes there. */
async function drover(
  args: readonly string[],
  { output, env = place.env, home = place.home }: Partial<{ output: string; env: object; home: string }> = {},
): Promise<Run> {
  const file = output === undefined ? 'pipe' : openSync(output, 'a')
  const child = spawn(process.execPath, [droverBin, ...args], {
    cwd: place.home,
    env: { PATH: process.env.PATH, HOME: home, DROVER_HOME: home, ...env },
    stdio: ['ignore', file, 'pipe'],
  })
  if (typeof file === 'number') closeSync(file)
  const [stdout, stderr] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'close'),
  ])
  return { code: child.exitCode, stdout, stderr }
}

const printing = [
  '--version',
  '--help',
  'list',
  'list -o json',
  'list -o ids',
  'get done',
  'steps done -o jsonl',
  'events done',
  'events done --follow',
  'stream done log --follow',
  'watch done',
  'wait done',
  'result done -r',
  'explain done',
  'doctor',
  'inbox --no-pick',
  'config',
  'db url',
]

testOnDisk('a full disk under stdout is 74, and said, by every command that prints', async () => {
  const { directory } = fullDisk()
  const output = path.join(directory, 'out')
  const runs = []
  for (const line of printing) {
    const { code, stderr } = await drover(line.split(' '), { output })
    runs.push({
      line,
      code,
      isSaid: /Cannot write the output: ENOSPC/.test(stderr),
      isBug: /bug/.test(stderr),
    })
  }
  sayCounts(`full disk: ${runs.length} commands on a stdout that takes nothing`)
  expect(runs).toEqual(printing.map((line) => ({ line, code: 74, isSaid: true, isBug: false })))
})

testOnDisk(
  'a ledger that cannot be written keeps anything from being changed, and goes on once it can',
  async () => {
    const { directory, free, fill } = fullDisk()
    const ledger = path.join(directory, 'cancel.ledger')
    const cancel = ['cancel', 'running', 'queued', '--yes', '--ledger', ledger]
    const refused = await drover(cancel)
    expect(refused).toMatchObject({ code: 74, stderr: expect.stringContaining('ENOSPC') })
    expect((await place.store.get('running'))?.status).toBe('PENDING')
    free()
    expect(await drover(cancel)).toMatchObject({ code: 0 })
    fill()
    // What it wrote is enough to know that nothing is left to do.
    expect((await drover(cancel)).code).toBe(0)
    rmSync(ledger)
  },
)

testOnDisk('a report for CI that cannot be written is 74', async () => {
  const { directory } = fullDisk()
  const file = path.join(directory, 'report.xml')
  const { code, stderr } = await drover(['wait', 'done', '--junit', file])
  expect({ code, stderr }).toMatchObject({
    code: 74,
    stderr: expect.stringMatching(/Cannot write the report: ENOSPC/),
  })
})

/** As after a crash: it left what only a start can clear away, and a start has no room for its own files. */
async function crashServer(home: string, disk: SmallDisk): Promise<void> {
  const running = livingPostmaster(layoutOf(home).postmasterFile)
  process.kill(running?.pid ?? expect.fail('the server is up'), 'SIGQUIT')
  await waitUntil('the server is gone', async () => !isUp(home))
  disk.fill()
}

const isUp = (home: string) => livingPostmaster(layoutOf(home).postmasterFile) !== undefined

/** A home on that disk whose embedded database was created before. */
async function homeOnDisk({ directory }: SmallDisk): Promise<string> {
  const [ready, home] = [await createReadyHome(), path.join(directory, 'home')]
  mkdirSync(home)
  const [from, layout] = [layoutOf(ready), layoutOf(home)]
  mkdirSync(layout.cluster)
  chmodSync(layout.cluster, 0o755)
  await copyCluster(from, layout)
  symlinkSync(realpathSync(from.trees), layout.trees)
  onTestFinished(() => stopAndRemoveHome(home))
  return home
}

testOnDisk(
  'the embedded Postgres says that its disk is full, and all that was there is there afterwards',
  async () => {
    const small = disk ?? expect.fail()
    const home = await homeOnDisk(small)
    const run = (line: string, ...more: string[]) => drover([...line.split(' '), ...more], { home, env: {} })
    const start = (text: string, ...more: string[]) =>
      run('start x', JSON.stringify(text), '--application', 'a', '--app-version', 'v', ...more)
    const isFull = { code: 69, stderr: expect.stringMatching(/no space left on/i) }
    const isSaid = { ...isFull, stderr: expect.stringMatching(/hint: free space on /) }

    await holdOpen(home)
    expect(await start('x', '--id', 'x-1')).toMatchObject({ code: 0 })
    small.fill()
    onTestFinished(small.free)
    // What is there can be read, and the pin has nowhere to be.
    expect(await run('list')).toMatchObject({ code: 0, stdout: expect.stringContaining('x-1') })
    expect(await run('db start')).toMatchObject(isSaid)
    expect((await run('db status')).stdout).not.toContain('pinned')
    const payload = randomBytes(90_000).toString('base64')
    // The server may go in the middle of one.
    const isRefused = {
      code: 69,
      stderr: expect.stringMatching(/hint: free space on |connection .* was lost/),
    }
    for (let attempt = 0; attempt < 3; attempt++) expect(await start(payload)).toMatchObject(isRefused)
    await crashServer(home, small)
    for (const line of ['list', 'db start', 'cancel x-1', 'watch x-1 --reconnect-timeout 1s'])
      expect({ line, ...(await run(line)) }).toMatchObject({ line, ...isSaid })
    small.free()
    expect(await run('list')).toMatchObject({ code: 0, stdout: expect.stringContaining('x-1') })
  },
)

const tiny = mountSmallDisk('24m')

test.skipIf(!tiny)(
  'a disk on which no database fits is said, and nothing is left of the attempt',
  async () => {
    const { directory } = tiny ?? expect.fail()
    for (const hasTree of [false, true]) {
      const home = path.join(directory, `home-${hasTree}`)
      mkdirSync(home)
      // Then it is `initdb` that finds no space.
      if (hasTree) symlinkSync(realpathSync(layoutOf(inject('seedHome')).trees), layoutOf(home).trees)
      for (const line of ['db start', 'demo stream', 'worker --app drover:demo']) {
        const { code, stderr } = await drover(line.split(' '), { home, env: {} })
        expect({ hasTree, line, code, stderr }).toMatchObject({
          code: 69,
          stderr: expect.stringMatching(/hint: (free space|df -h)/),
        })
      }
      const files = ['db', ...(hasTree ? [] : ['pg'])]
        .map((name) => path.join(home, name))
        .filter((folder) => existsSync(folder))
        .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
      expect(files.map(({ name }) => name)).toEqual([])
    }
  },
)
