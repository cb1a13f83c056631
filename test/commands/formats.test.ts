import { describe, expect, test } from 'vitest'
import { commandGroups } from '../../src/commands/index.ts'
import type { Context } from '../../src/context.ts'
import type { LocalDatabase, LocalStatus } from '../../src/core/embedded-database.ts'
import { createToken, tokensText } from '../../src/http/auth/tokens.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { type CliRun, runCli } from '../support/run-cli.ts'
import { waitUntil } from '../support/wait-until.ts'

const status: LocalStatus = {
  state: 'up',
  pid: 7,
  version: '18.4',
  url: 'postgres:///drover?host=/tmp',
  tcpUrl: null,
  databases: ['drover'],
  dataDirectory: '/data',
  logFile: '/log',
  sizeBytes: 1,
  clients: [],
  pinned: true,
}

const local: Partial<LocalDatabase> = {
  exists: () => true,
  start: async () => status,
  stop: async () => true,
  status: async () => status,
  reset: async () => {},
  logs: async () => ['one', 'two'],
  upgrade: async () => ({ from: '17', to: '18', kept: '/data-17', databases: [] }),
}

/** Every command, a line that it does something for, and the formats that it has. */
const commands: readonly (readonly [line: string, formats: string])[] = [
  ['demo', ''],
  ['worker', ''],
  ['run orderWorkflow', 'refused'],
  ['start orderWorkflow 1 --id new', 'json jsonl ids'],
  ['start orderWorkflow 1 --dry-run', 'json jsonl ids'],
  ['watch done', 'jsonl'],
  ['top', ''],
  ['list', 'json jsonl ids csv'],
  ['list --count-by name', 'json jsonl ids csv'],
  ['get done', 'json jsonl ids'],
  ['steps done', 'json jsonl ids csv'],
  ['events done', 'json jsonl'],
  ['events done progress', 'json jsonl'],
  ['stream done log', 'json jsonl'],
  ['messages answered', 'json jsonl csv'],
  ['diff done answered', 'json jsonl ids csv'],
  ['inbox --no-pick', 'json jsonl ids csv'],
  ['approve asking', 'json jsonl'],
  ['reject asking --comment no', 'json jsonl'],
  ['send asking hello', 'json jsonl ids'],
  ['wait done', 'json jsonl ids'],
  ['wait done --for event:progress', 'json jsonl ids'],
  ['result done', 'json jsonl'],
  ['test smoke.yaml', 'json jsonl'],
  ['explain done', 'json jsonl'],
  ['doctor', 'json jsonl'],
  ['stats', 'json jsonl'],
  ['workers', 'json jsonl ids csv'],
  ['audit', 'json jsonl'],
  ['audit init', 'json jsonl'],
  ['audit verify', 'json jsonl'],
  ['cancel running', 'json jsonl ids'],
  ['resume cancelled', 'json jsonl ids'],
  ['fork done --from 0', 'json jsonl ids'],
  ['rewind done --from 0 --yes', 'json jsonl ids'],
  ['reprioritize queued 3', 'json jsonl ids'],
  ['export done', ''],
  ['import --yes', 'json jsonl ids'],
  ['reschedule --status delayed --now --yes', 'json jsonl ids'],
  ['requeue queued --to-queue mails', 'json jsonl ids'],
  ['recover --grace 0s', 'json jsonl ids'],
  ['retain --keep 0 --older-than 1h --yes', 'json jsonl'],
  ['delete done --yes', 'json jsonl ids'],
  ['queues', 'json jsonl ids csv'],
  ['queues pause mails', 'json jsonl ids'],
  ['queues resume held', 'json jsonl ids'],
  ['queues drain mails', 'json jsonl ids'],
  ['queues set mails --concurrency 3', 'json jsonl ids'],
  ['queues create fresh', 'json jsonl ids'],
  ['queues delete mails --yes', 'json jsonl ids'],
  ['schedules', 'json jsonl ids csv'],
  ['schedules get nightly', 'json jsonl ids'],
  ['schedules pause nightly', 'json jsonl ids'],
  ['schedules resume weekly', 'json jsonl ids'],
  ['schedules trigger nightly', 'json jsonl ids'],
  ['schedules next nightly', 'json jsonl ids'],
  ['schedules backfill nightly --since 2d --yes', 'json jsonl ids'],
  ['schedules create fresh --workflow orderWorkflow --cron @daily', 'json jsonl ids'],
  ['schedules update nightly --cron @daily', 'json jsonl ids'],
  ['schedules delete nightly --yes', 'json jsonl ids'],
  ['versions', 'json jsonl ids csv'],
  ['versions promote v0', 'json jsonl ids'],
  ['versions rename-application example other --yes', 'json jsonl ids'],
  ['serve', ''],
  ['link asking#1 --as ada --public-url https://drover.example', 'json jsonl'],
  ['token create ada', 'json jsonl'],
  ['metrics', ''],
  ['mcp', ''],
  ['token list', 'json jsonl'],
  ['token revoke grace', 'json jsonl'],
  ['db start', 'json jsonl'],
  ['db stop', 'json jsonl'],
  ['db status', 'json jsonl'],
  ['db url', 'json jsonl'],
  ['db upgrade', 'json jsonl'],
  ['db logs', 'json jsonl'],
  ['db reset --yes', 'json jsonl'],
  ['completion bash', ''],
  ['config', 'json jsonl'],
  ['config profiles', 'json jsonl'],
  ['config use --none', 'json jsonl'],
  ['config trust', 'json jsonl'],
]

function createStore() {
  const schedule = { workflow: 'orderWorkflow', cron: '0 0 3 * * *', timezone: null, application: 'example' }
  const more = { queue: null, lastFiredAt: null, nextAt: [] }
  const store = createFakeStore([], {
    queues: ['mails'],
    pausedQueues: ['held'],
    versions: [
      { version: 'v1', application: 'example', registeredAt: new Date(1), isLatest: true },
      { version: 'v0', application: 'example', registeredAt: new Date(0), isLatest: false },
    ],
    schedules: [
      { name: 'nightly', status: 'ACTIVE', ...schedule, ...more },
      { name: 'weekly', status: 'PAUSED', ...schedule, ...more },
    ],
  })
  return { ...createExampleStore(), ...pick(store, platformVerbs) }
}

const platformVerbs = [
  'queues',
  'createQueue',
  'setQueue',
  'deleteQueue',
  'pauseQueue',
  'resumeQueue',
  'queueHistory',
  'hasQueue',
  'schedules',
  'scheduleOptions',
  'setSchedule',
  'triggerSchedule',
  'createSchedule',
  'applicationRows',
  'renameApplication',
  'updateSchedule',
  'deleteSchedule',
  'backfillSchedule',
  'scheduleTimes',
  'versions',
  'promoteVersion',
] as const

function pick<Whole, Key extends keyof Whole>(whole: Whole, keys: readonly Key[]): Pick<Whole, Key> {
  return Object.fromEntries(keys.map((key) => [key, whole[key]])) as Pick<Whole, Key>
}

const run = (line: string) => {
  const isStoreless = line.startsWith('db ')
  const written = {
    '/home-of-drover/tokens.json': tokensText([createToken('grace', 'read', new Date(0)).kept]),
  }
  const stdin = line.startsWith('import') ? exportedText : undefined
  return runCli(line, { local, written, stdin, files, ...(isStoreless ? {} : { store: createStore() }) })
}

const files = { '/project/smoke.yaml': 'cases: [{ name: done, attach: done }]' }

const exportedText = [
  { type: 'export', format: 1 },
  { type: 'workflow', row: { id: 'from-elsewhere', name: 'orderWorkflow', status: 'SUCCESS' } },
  { type: 'end', workflows: 1 },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('')

const linesOf = ({ stdout }: CliRun) => stdout.split('\n').slice(0, -1)

test('the table has every command, and every command of a group', async () => {
  const words: string[] = []
  for (const { name, load } of commandGroups.flatMap((group) => group.commands)) {
    const command = (await load())({} as Context)
    words.push(...command.commands.map((child) => `${name} ${child.name()}`))
    if (name !== 'db' && name !== 'token') words.push(name)
  }
  const listed = commands.map(([line]) => words.filter((word) => `${line} `.startsWith(`${word} `)))
  expect(new Set(listed.map((found) => found.toSorted((a, b) => b.length - a.length)[0]))).toEqual(
    new Set(words),
  )
})

describe.each(commands)('%s', (line, formats) => {
  test.each(['json', 'jsonl', 'ids', 'csv'])(
    '-o %s is valid, or refused with a clear sentence',
    async (format) => {
      const result = await run(`${line} -o ${format}`)
      if (formats === 'refused') {
        expect(result).toMatchObject({ code: 2, stdout: '' })
        return
      }
      if (!formats.split(' ').includes(format)) {
        expect(result).toMatchObject({ code: 2, stdout: '' })
        expect(result.stderr).toMatch(/Unknown option '-o'|Allowed choices are|cannot print -o/)
        return
      }
      expect(result).toMatchObject({ code: 0 })
      if (format === 'json') expect(JSON.parse(result.stdout)).toBeDefined()
      else if (format === 'jsonl') for (const one of linesOf(result)) expect(JSON.parse(one)).toBeDefined()
      else if (format === 'csv') expect(result.stdout).toMatch(/^[A-Z]+(?: [A-Z]+)*(?:,|\n)/)
      else for (const one of linesOf(result)) expect(one).toMatch(/^\S+$/)
    },
  )
})

test.each([
  ['start orderWorkflow 1 --id new -o json', { workflowId: 'new', status: 'ENQUEUED', input: [1] }],
  ['get done -o jsonl', { workflowId: 'done', parentId: null }],
  ['send asking hello -o json', { workflowId: 'asking', topic: null, message: 'hello', outcome: 'sent' }],
  ['wait done -o json', [{ workflowId: 'done', value: { total: 3 } }]],
  ['wait done -o jsonl', { workflowId: 'done', value: { total: 3 } }],
  ['wait done answered --any -o json', [{ workflowId: 'done', value: { total: 3 } }]],
  ['result done -o json', { total: 3 }],
  ['approve asking -o json', [{ workflowId: 'asking', outcome: 'stored' }]],
  ['queues set mails --concurrency 3 -o json', { name: 'mails', concurrency: 3 }],
  ['queues pause mails -o json', { name: 'mails', workerConcurrency: 0, pause: { workerConcurrency: null } }],
  ['queues resume held -o json', { name: 'held', workerConcurrency: 2, pause: null }],
  ['queues create fresh -o json', { name: 'fresh', pollMs: 1000 }],
  ['queues delete mails --yes -o json', { name: 'mails' }],
  ['schedules pause nightly -o json', { name: 'nightly', status: 'PAUSED' }],
  ['schedules trigger nightly -o json', { schedule: 'nightly', workflowId: 'sched-nightly-trigger-1' }],
  ['versions promote v0 -o json', { version: 'v0', isLatest: true }],
  ['db stop -o json', { stopped: true }],
  ['db url -o json', { url: status.url }],
  ['db logs -o json', [{ line: 'one' }, { line: 'two' }]],
  ['db reset --yes -o json', { database: 'drover', all: false }],
  ['audit init --print -o json', { ran: false }],
])('%s has its documented shape', async (line, shape) => {
  expect(JSON.parse((await run(line)).stdout)).toMatchObject(shape)
})

test.each([
  ['start orderWorkflow 1 --id new -o ids', 'new'],
  ['wait done -o ids', 'done'],
  ['get done -o ids', 'done'],
  ['schedules trigger nightly -o ids', 'sched-nightly-trigger-1'],
  ['queues set mails --concurrency 3 -o ids', 'mails'],
])('%s is an id and nothing else', async (line, id) => {
  expect((await run(line)).stdout).toBe(`${id}\n`)
})

test.each([
  ['result failed -o json', 1, 'workflow-failed', ''],
  ['result running -o json', 9, 'not-ended', ''],
  ['wait failed -o jsonl', 1, 'workflow-failed', ''],
  ['wait failed -o json', 1, 'workflow-failed', '[]\n'],
  ['wait failed --for event:x -o json', 9, 'condition-not-met', '[]\n'],
  ['queues delete nosuch -o json', 4, 'not-there', ''],
])('what went wrong is JSON, too: %s', async (line, exitCode, code, stdout) => {
  const result = await run(line)
  expect(result).toMatchObject({ code: exitCode, stdout })
  expect(JSON.parse(result.stderr)).toMatchObject({ error: { code, exitCode } })
})

test.each([
  'queues delete nosuch',
  'queues set nosuch --concurrency 1',
  'queues pause nosuch',
  'queues resume nosuch',
  'queues drain nosuch',
  'schedules pause nosuch',
  'schedules resume nosuch',
  'schedules trigger nosuch',
  'schedules get nosuch',
  'schedules next nosuch',
  'schedules backfill nosuch --since 2d',
  'schedules update nosuch --cron @daily',
  'schedules delete nosuch',
  'versions promote nosuch',
  'versions rename-application nosuch other',
])('what is not there is 4, and nobody is asked: %s', async (line) => {
  for (const isTerminal of [true, false]) {
    const { code, stderr } = await runCli(line, { store: createStore(), isTerminal, answers: [true] })
    expect({ code, isAsked: stderr.includes('?') }).toEqual({ code: 4, isAsked: false })
  }
})

const empty = [
  'list',
  'inbox --no-pick',
  'queues',
  'schedules',
  'versions',
  'workers',
  'audit',
  'audit verify',
  'recover --grace 0s',
  'list --count-by name',
  'cancel --name nobody',
]
const formats = ['table', 'json', 'jsonl', 'ids']
test.each(empty.flatMap((line) => formats.map((format) => [line, format] as const)))(
  'an empty list names its database: %s -o %s',
  async (line, format) => {
    if (line.startsWith('audit') && format === 'ids') return
    const { code, stdout, stderr } = await runCli(`${line} -o ${format}`, { store: createFakeStore() })
    expect({ code, stdout }).toEqual({ code: 0, stdout: format === 'json' ? '[]\n' : '' })
    expect(stderr).toContain('fake database')
  },
)

test.each([
  ['yes', 'yes'],
  ['{"ok": true}', { ok: true }],
  ['7', 7],
  ['"7"', '7'],
])('--data is JSON if it parses, else a string: %s', async (text, message) => {
  const store = createExampleStore()
  expect((await runCli(['approve', 'asking', '--data', text], { store })).code).toBe(0)
  expect(store.decided).toMatchObject([{ message }])
})

test('--data with a number that would arrive as another one is refused', async () => {
  const store = createExampleStore()
  expect((await runCli('approve asking --data 12345678901234567890', { store })).code).toBe(2)
  expect(store.decided).toEqual([])
})

test.each([
  ['jsonl', '{"workflowId":"new",'],
  ['ids', 'new\n'],
])('start --wait -o %s prints it as it ended', async (format, beginning) => {
  const store = createExampleStore()
  const running = runCli(`start orderWorkflow 1 --id new --wait -o ${format}`, { store })
  await waitUntil('it is enqueued', () => store.started.length > 0)
  store.end('new', 'SUCCESS', { output: 1 })
  const { code, stdout } = await running
  expect(code).toBe(0)
  expect(stdout.startsWith(beginning)).toBe(true)
})

test('CSV has full values, quoted where they need it, and a header unless it is left out', async () => {
  const hostile = createFakeStore([
    { workflowId: 'a,"b"\nc', name: ' =1+1', createdAt: new Date(0) },
    { workflowId: 'plain', name: 'w', createdAt: new Date(0) },
  ])
  const csv = (line: string) => runCli(line, { store: hostile, isTerminal: false })
  expect((await csv('list -o csv --columns id,name')).stdout).toBe(`ID,NAME\nplain,w\n"a,""b""\nc",' =1+1\n`)
  expect((await csv('list -o csv --columns id,name --no-headers --name w')).stdout).toBe('plain,w\n')
  expect((await csv('list -o csv --columns id,name --name nothing')).stdout).toBe('ID,NAME\n')
})

test('no cell of CSV is a formula for a spreadsheet, and a number stays one', async () => {
  const names = ["=cmd|'/C calc'!A0", '+1+1', '@SUM(A1)', '-2+3', '\t=1', '＝1', '-5', '+1.5e3', '-', 'a=b']
  const store = createFakeStore(
    names.map((name, index) => ({ workflowId: `w${index}`, name, createdAt: new Date(-index) })),
  )
  const { stdout } = await runCli('list -o csv --columns name --no-headers', { store, isTerminal: false })
  expect(stdout.split('\n').slice(0, -1)).toEqual([
    ...["'=cmd|'/C calc'!A0", "'+1+1", "'@SUM(A1)", "'-2+3", "'\t=1", "'＝1", '-5', '+1.5e3', '-', 'a=b'],
  ])
})

test('--headers names the columns in a pipe, once, and --no-headers leaves them out on a terminal', async () => {
  const store = createStore()
  const head = async (line: string, isTerminal = false) =>
    (await runCli(line, { store, isTerminal })).stdout.split('\n')
  const [names, ...rows] = await head('steps done --headers')
  expect(names).toMatch(/^STEP\tNAME\t/)
  expect(rows.join('\n')).not.toContain('STEP')
  expect((await head('steps done'))[0]).not.toContain('STEP')
  const withNames = await head('steps done', true)
  expect(await head('steps done --no-headers', true)).toEqual(withNames.slice(1))
})
