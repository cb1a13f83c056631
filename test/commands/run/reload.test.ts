import { describe, expect, test } from 'vitest'
import type { FileChange, ReloadOrder, ReloadStage } from '../../../src/core/run/reload.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

/** One process: how far it came, and how it ended; without an end it runs until it is told to make room or to stop. */
interface Life {
  readonly reached: readonly ReloadStage[]
  readonly loadsNothing?: boolean
  readonly end?: { readonly code: number | null; readonly signal: string | null }
}

interface Given {
  readonly lives: readonly Life[]
  /** How often a file changes. */
  readonly changes?: number
  /** Once nothing else would happen. */
  readonly interrupt?: 'SIGINT' | 'SIGTERM' | 'SIGPIPE'
  readonly now?: Date
}

const exit = (code: number) => ({ code, signal: null })
const running: Life = { reached: ['loaded', 'launching', 'ready', 'begun'] }

async function runReloading(line: string, { lives, changes = 0, interrupt, now }: Given) {
  const stop = new AbortController()
  const orders: ReloadOrder[] = []
  const stdins: (string | undefined)[] = []
  const told: string[] = []
  let changesLeft = changes
  const next = async (signal: AbortSignal): Promise<FileChange | undefined> => {
    // What ended is heard first.
    await new Promise(setImmediate)
    if (signal.aborted) return undefined
    if (changesLeft-- > 0) return { files: ['/project/src/app.ts'], at: 0 }
    if (interrupt) stop.abort(interrupt)
    else await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    return undefined
  }
  const { code, stderr } = await runCli(line, {
    store: createFakeStore([]),
    interrupt: stop.signal,
    stdin: '[7]',
    now,
    reloading: {
      start: (order, stdin, onFile) => {
        const life = lives[orders.length] ?? running
        orders.push(order)
        stdins.push(stdin)
        if (!life.loadsNothing) onFile('/project/src/app.ts')
        let end: (how: { code: number | null; signal: string | null }) => void = () => {}
        const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
          end = resolve
        })
        if (life.end) end(life.end)
        return {
          exited,
          hasLoadedAny: () => !life.loadsNothing,
          hasReached: (stage) => life.reached.includes(stage),
          makeRoom: () => {
            told.push('make room')
            end(exit(0))
          },
          kill: (signal) => {
            told.push(signal)
            end(exit(line.startsWith('worker') ? 0 : 130))
          },
        }
      },
      watch: () => ({ next, begin: () => {}, add: () => {}, widen: () => {}, close: () => {} }),
    },
  })
  return { code, stderr, orders, stdins, told }
}

const worker = 'worker --reload --app src/app.ts'
const run = 'run order 7 --reload --app src/app.ts'

test('each process has the same executor id, and knows what changed', async () => {
  const { orders, told, code, stderr } = await runReloading(worker, {
    lives: [],
    changes: 2,
    interrupt: 'SIGINT',
  })
  expect(told).toEqual(['make room', 'make room', 'SIGINT'])
  expect(orders).toHaveLength(3)
  expect(new Set(orders.map(({ executorId }) => executorId)).size).toBe(1)
  expect(orders.map(({ change }) => change?.files)).toEqual([
    undefined,
    ['/project/src/app.ts'],
    ['/project/src/app.ts'],
  ])
  expect([code, stderr]).toEqual([0, ''])
})

describe('a process that ends by itself is told of, and the next change starts it again', () => {
  const next = 'The next change starts it again; ctrl-c ends.\n'
  test.each([
    ['crashed', { ...running, end: exit(70) }, `The application ended with exit code 70.\n${next}`],
    [
      'killed',
      { ...running, end: { code: null, signal: 'SIGKILL' } },
      `The application was ended by SIGKILL.\n${next}`,
    ],
    ['broken', { reached: [], end: exit(2) }, next],
    ['not launched', { reached: ['loaded', 'launching'], end: exit(2) }, next],
    ['crashed before its launch', { reached: ['loaded'], end: exit(70) }, next],
  ] satisfies [string, Life, string][])('%s', async (_, life, said) => {
    const given = { lives: [life], changes: 1, interrupt: 'SIGTERM' } as const
    const { code, stderr, orders } = await runReloading(worker, given)
    expect([code, stderr, orders.length]).toEqual([0, said, 2])
  })
})

test.each([
  ['the module is not there', { reached: [], loadsNothing: true, end: exit(2) }, 2],
  ['no database', { reached: ['loaded'], end: exit(69) }, 69],
  ['others run it', { reached: ['loaded'], end: exit(2) }, 2],
  ['the tables cannot be used', { reached: ['loaded', 'launching'], end: exit(69) }, 69],
] satisfies [string, Life, number][])(
  'what no file can mend ends it at the first start: %s',
  async (_, life, code) => {
    const ended = await runReloading(worker, { lives: [life] })
    expect([ended.code, ended.stderr, ended.orders.length]).toEqual([code, '', 1])
    const later = await runReloading(worker, { lives: [running, life], changes: 1, interrupt: 'SIGINT' })
    expect(later.stderr).toContain('The next change starts it again')
  },
)

test('run ends with its workflow, whose id all processes know', async () => {
  const ended: Life = { reached: [...running.reached, 'settled'], end: exit(1) }
  const { code, orders, stdins } = await runReloading('run order --input - --reload --app src/app.ts', {
    lives: [running, ended],
    changes: 1,
  })
  expect(code).toBe(1)
  const [first, second] = orders.map((order) => order.run)
  expect([first?.isBegun, second?.isBegun]).toEqual([false, true])
  expect(second?.workflowId).toBe(first?.workflowId)
  expect(stdins).toEqual(['[7]', '[7]'])
})

test('ctrl-c gives the code that it gives without', async () => {
  const broken: Life = { reached: [], end: exit(2) }
  expect((await runReloading(run, { lives: [], interrupt: 'SIGINT' })).code).toBe(130)
  expect((await runReloading(run, { lives: [broken], interrupt: 'SIGTERM' })).code).toBe(143)
  expect((await runReloading(worker, { lives: [broken], interrupt: 'SIGTERM' })).code).toBe(0)
  expect((await runReloading(run, { lives: [], interrupt: 'SIGPIPE' })).code).toBe(0)
})

test('the time of run is that of all its processes', async () => {
  const now = new Date('2026-01-02T03:05:05Z')
  const broken: Life = { reached: [], end: exit(2) }
  const { code, stderr, orders } = await runReloading(`${run} --timeout 0s`, { lives: [broken], now })
  expect(orders[0]?.run?.deadline).toBe(now.getTime())
  expect([code, stderr.split('\n')[1]]).toEqual([124, 'Time ran out, and this process stops.'])
})

test('of what ships with drover there is nothing to watch', async () => {
  const { stderr, orders } = await runReloading('worker --reload --app drover:demo', { lives: [] })
  expect(stderr.split('\n')[0]).toBe(
    'drover:demo is a part of drover: there is no file to watch, and nothing is reloaded.',
  )
  expect(orders).toEqual([])
})
