import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { type DroverProcess, startDrover, untilReady } from '../support/drover-process.ts'
import { lendStore } from '../support/lend-store.ts'
import { oneLook, patience } from '../support/patience.ts'
import { type CliRun, runCli } from '../support/run-cli.ts'
import { startSlowProxy } from '../support/slow-proxy.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const app = path.join(import.meta.dirname, '../fixtures/ten-runs.mjs')

let place: Workplace
let worker: DroverProcess
beforeAll(async () => {
  place = await createWorkplace()
  worker = await startWorker({})
})
afterAll(async () => {
  await stop(worker)
  await place.remove()
})

async function startWorker(env: Readonly<Record<string, string>>): Promise<DroverProcess> {
  const started = startDrover(['worker', '--app', app], { home: place.home, env: { ...place.env, ...env } })
  await untilReady(started)
  return started
}

async function stop({ process, ended }: DroverProcess): Promise<void> {
  process.kill('SIGTERM')
  await ended
}

interface Tested extends CliRun {
  /** What `--junit` wrote. */
  readonly junit: string
}

/** In this process; what is tested is what becomes of workflows in others. */
async function runTest(
  files: Readonly<Record<string, string>>,
  ...typed: readonly string[]
): Promise<Tested> {
  const written: Record<string, string> = {}
  const run = await runCli(['test', ...Object.keys(files), '--junit', 'out.xml', ...typed], {
    store: lendStore(place.store),
    now: new Date(),
    written,
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/${name}`, text])),
  })
  return { ...run, junit: written['/project/out.xml'] ?? '' }
}

/** What passes, or fails at once, never waits for it. */
const hoursToPass = 'timeout: 10h'

const outcomesOf = ({ stdout }: CliRun): Readonly<Record<string, string>> =>
  Object.fromEntries(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ name, outcome }) => [name, outcome]),
  )

/** Runs of the application, with what somebody did to each. */
const runs: Readonly<
  Record<string, { readonly args: readonly string[]; readonly answers?: readonly string[][] }>
> = {
  plain: { args: ['3', '1.5'] },
  steps: { args: [] },
  events: { args: [] },
  stream: { args: ['3'] },
  fails: { args: ['4242'] },
  asks: { args: ['70'], answers: [['approve', '--as', 'ada', '--comment', 'it was late']] },
  twoGates: {
    args: [],
    answers: [
      ['approve', '--as', 'ada'],
      ['reject', '--as', 'bob', '--comment', 'no: budget'],
    ],
  },
  listens: { args: [], answers: [['send', '{"items": [1, {"sku": "a-7"}]}', '--topic', 'orders']] },
  nobody: { args: [] },
  parent: { args: [] },
  endless: { args: [], answers: [['cancel']] },
}

test('the cases of runs pass, and fail once their workflows are others', async () => {
  const files: Record<string, string> = {}
  await Promise.all(
    Object.entries(runs).map(async ([name, { args, answers = [] }]) => {
      const id = `run-of-${name}`
      expect(await place.drover('start', name, ...args, '--id', id)).toMatchObject({ code: 0 })
      for (const [verb = '', ...more] of answers) {
        await place.reached(id, 'message')
        const open = (await place.store.waits([id])).find(({ state }) => state === 'waiting')
        const what = verb === 'approve' || verb === 'reject' ? `${id}#${open?.step}` : id
        expect(await place.drover(verb, what, ...more)).toMatchObject({ code: 0 })
      }
      await place.drover('wait', id)
      const { code, stdout, stderr } = await place.drover('test', '--record', id)
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' })
      files[`${name}.yaml`] = stdout.replace('cases:', `${hoursToPass}\ncases:`)
    }),
  )
  const all = (outcome: string) =>
    Object.fromEntries(Object.keys(runs).map((name) => [`${name} as run-of-${name}`, outcome]))

  const same = await runTest(files, '-o', 'jsonl')
  expect(outcomesOf(same)).toEqual(all('passed'))
  expect(same.code).toBe(0)

  await stop(worker)
  worker = await startWorker({ CHANGED: '1' })
  const other = await runTest(files, '-o', 'jsonl')
  expect(outcomesOf(other)).toEqual(all('failed'))
  expect(other.code).toBe(5)
  await stop(worker)
  worker = await startWorker({})
})

interface Red {
  readonly why: string
  readonly lines: readonly string[]
  readonly code: number
  readonly kind: 'failure' | 'error'
  /** In its JUnit and on its lines. */
  readonly reason: string
}

const reds: readonly Red[] = [
  {
    why: 'another result',
    lines: ['start: { workflow: plain, args: [2, 3] }', 'expect: { result: { total: 7, currency: € } }'],
    code: 5,
    kind: 'failure',
    reason: 'result.total is 6, expected 7',
  },
  {
    why: 'another end',
    lines: ['start: { workflow: fails, args: [4242] }'],
    code: 5,
    kind: 'failure',
    reason: 'status is ERROR, expected SUCCESS: Error: card 4242 was declined',
  },
  {
    why: 'never asks',
    lines: ['start: plain', 'do: [approve]'],
    code: 5,
    kind: 'failure',
    reason: 'and it did not wait for a message',
  },
  {
    why: 'never publishes',
    lines: ['start: events', 'do: [wait: event:stage=sent]'],
    code: 5,
    kind: 'failure',
    reason: 'ended SUCCESS without event:stage="sent" (event:stage was last "done").',
  },
  {
    why: 'too slow',
    lines: ['start: endless', 'expect: { within: 1ms }'],
    code: 5,
    kind: 'failure',
    reason: ' after 1ms, expected to have ended',
  },
  {
    why: 'time runs out',
    lines: [`timeout: ${oneLook()}`, 'start: listens'],
    code: 124,
    kind: 'error',
    reason: 'ran out while waiting for its end.',
  },
  {
    why: 'nobody knows it',
    lines: [`timeout: ${oneLook()}`, 'start: { workflow: nope }'],
    code: 9,
    kind: 'error',
    reason: 'Nothing was started: ',
  },
  {
    why: 'it is not there',
    lines: ['attach: no-such-workflow'],
    code: 4,
    kind: 'error',
    reason: 'There is no workflow "no-such-workflow"',
  },
]

describe.concurrent('a case is red', () => {
  test.each(reds)('$why: $code', async ({ why, lines, code, kind, reason }) => {
    const yaml = [hoursToPass, 'cases:', `  - name: ${why}`, ...lines.map((line) => `    ${line}`)].join('\n')
    const run = await runTest({ 'red.yaml': yaml })
    expect(run).toMatchObject({ code, stderr: '' })
    expect(run.junit).toContain(`<${kind} message="`)
    expect(run.junit).toContain(kind === 'failure' ? 'failures="1"' : 'failures="0" errors="1"')
    expect(run.junit.replaceAll('&quot;', '"')).toContain(reason)
    const told = run.stdout.trimEnd().split('\n')
    expect(told[0]).toMatch(new RegExp(`^[✗!] ${why}  `))
    expect(told.at(-1)).toMatch(/^0 passed, 1 (failed|not judged) /)
    if (lines.some((line) => line.startsWith('start'))) await everythingEnded(why)
  })
})

/** What a case that did not pass started goes on nowhere. */
async function everythingEnded(why: string): Promise<void> {
  const idPrefix = why.replaceAll(/[^a-z]+/g, '-')
  const active = await place.store.list({ idPrefix, status: ['PENDING', 'ENQUEUED'], limit: 1 })
  expect(active).toEqual([])
}

test('a worker that dies is the reason why time runs out', async () => {
  const victim = await startWorker({})
  const yaml = `cases: [{ name: dies, timeout: ${oneLook()}, attach: dies }]`
  await stop(worker)
  expect(await place.drover('start', 'endless', '--id', 'dies')).toMatchObject({ code: 0 })
  await place.reached('dies', 'message')
  victim.process.kill('SIGKILL')
  await victim.ended
  await waitUntil('nobody is connected', async () => (await place.store.executors())?.length === 0)
  const run = await runTest({ 'red.yaml': yaml })
  worker = await startWorker({})
  expect(run.code).toBe(124)
  expect(run.stdout).toMatch(/ran out while waiting for its end\. dies: Its executor \S+ is gone/)
  expect(run.stdout).toContain('hint: drover worker --app ')
  expect(run.junit).toContain('<error message="The time of ')
  await place.drover('cancel', 'dies')
})

/** Long enough for a busy machine, and the one wait that is paid for. */
const slowly = ['--connect-timeout', `${patience()}ms`, '--reconnect-timeout', `${patience() / 6}ms`]

test('a database that goes away is 69, and what it started is told', async () => {
  const proxy = await startSlowProxy(inject('serverUrl'))
  onTestFinished(() => proxy.close())
  const file = path.join(place.home, 'away.yaml')
  await writeFile(file, 'cases: [{ name: gone, timeout: 1h, start: { workflow: endless, id: gone } }]')
  const { ended } = startDrover(['test', file, '--junit', 'away.xml', ...slowly], {
    home: place.home,
    env: { DROVER_DB_URL: proxy.urlOf(place.database.target.url ?? '') },
  })
  await place.reached('gone', 'message')
  proxy.close()
  const { code, stdout, stderr } = await ended
  expect({ code, stdout }).toMatchObject({ code: 69, stdout: expect.stringContaining('! gone') })
  expect(stdout).toContain('connection-lost (69)')
  expect(stdout).toContain('did not come back within ')
  expect(stderr).toContain('gone was not cancelled')
  await place.drover('cancel', 'gone')
})

test('ctrl-c ends it with 130, and cancels what it started; with --app it runs in this process', async () => {
  const file = path.join(place.home, 'here.yaml')
  const cases = [
    '{ name: fast, start: { workflow: plain, args: [2, 3] }, expect: { result: { total: 6, currency: € } } }',
  ]
  await writeFile(file, `cases: [${cases}, { name: slow, start: { workflow: endless, id: here } }]`)
  const { process, ended } = place.start('test', file, '--app', app, '-o', 'jsonl', '--timeout', '1h')
  await place.reached('here', 'message')
  await waitUntil('the fast one has ended', async () => {
    const [fast] = await place.store.list({ idPrefix: 'fast-', limit: 1 })
    return fast?.status === 'SUCCESS' && fast.queue === null
  })
  process.kill('SIGINT')
  const run = await ended
  expect(run.code).toBe(130)
  expect(outcomesOf(run as unknown as CliRun)).toEqual({ fast: 'passed', slow: 'error' })
  expect((await place.store.get('here'))?.status).toBe('CANCELLED')
})
