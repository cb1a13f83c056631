import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { App } from '../../src/core/run/runtime.ts'
import { openStore } from '../../src/db/open-store.ts'
import type { TestDatabase } from '../support/database.ts'
import {
  followingCommands,
  plainCommands,
  readingCommands,
  screenCommands,
  writingCommands,
} from '../support/every-command.ts'
import type { FakeTerminal } from '../support/fake-terminal.ts'
import { type PgBouncer, skipsPgBouncer, startPgBouncer } from '../support/pgbouncer.ts'
import { readReference } from '../support/reference.ts'
import { createExampleDatabase } from '../support/refuse-commands.ts'
import { type RunCliOptions, runCli } from '../support/run-cli.ts'
import { waitUntil } from '../support/wait-until.ts'
import { startWireProxy, type WireProxy } from '../support/wire-proxy.ts'

/** Beside those of every database: what starts a process, or asks by itself. */
const otherWriting = [
  'import /project/export.jsonl --yes',
  'cancel --name orderWorkflow --yes',
  'cancel running --children',
  'approve --all --yes --as ada',
  'recover --to-version v1 --grace 1ms --yes',
]
/** What runs workflows in this process, or lets others change something. */
const executing = [
  'run orderWorkflow 1 --app ./app.js',
  'worker --app ./app.js',
  'fork done --from 1 --app ./app.js',
  'serve --port 0 --app ./app.js',
  'test smoke.yaml',
]
/** Nobody is asked: these are refused, but for an agent where the command line names the profile. */
const unasked = ['demo events', 'mcp --allow answer,start,manage']
const reading = [
  ...[...readingCommands, ...plainCommands, ...followingCommands, 'cancel running --dry-run'],
  // Its reader is gone.
  'mcp',
]
const writing = [...writingCommands, ...otherWriting, ...executing]

/** What no profile is about. */
const elsewhere = /^(db|config|token|completion)\b/

let database: TestDatabase
let proxy: WireProxy
const statements: string[] = []

beforeAll(async () => {
  database = await createExampleDatabase()
  // Its tables are drover's own, and set up by whoever comes first.
  await (await openStore(database.target)).close()
  proxy = await startWireProxy(inject('serverUrl'), ({ type, sql }) => {
    if (type === 'Q' || type === 'P') statements.push(sql)
    return undefined
  })
})

afterAll(async () => {
  proxy.close()
  await database.drop()
})

/** Tuples that were ever written to the tables of this database, those of transactions that were rolled back among them. */
async function writtenTuples(): Promise<unknown> {
  await waitUntil('every session but ours is gone, and has told what it did', async () => {
    const others = `select 1 from pg_stat_activity where datname = current_database()
                    and pid <> pg_backend_pid() and application_name <> 'drover-test'`
    return (await database.query(others)).length === 0
  })
  await database.query('select pg_stat_force_next_flush()')
  return database.query(
    `select schemaname, relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables
     where schemaname <> 'pg_catalog' order by 1, 2`,
  )
}

const changes = /^\s*(?:with\b.*)?(insert|update|delete|truncate|create|alter|drop|grant)\b/is

function filesOf(url: string, marks: object): Readonly<Record<string, string>> {
  return {
    '/project/drover.config.json': JSON.stringify({ profiles: { prod: { databaseUrl: url, ...marks } } }),
    '/project/export.jsonl': '{"drover":"export"}\n',
    '/project/smoke.yaml': 'cases: [{ name: order, attach: running, do: [{ send: { message: 1 } }] }]',
  }
}

/** Whose launch nobody may come to. */
const app: App = {
  specifier: './app.js',
  configuredName: 'example',
  configuredVersion: null,
  packageName: null,
  sdkVersion: '5.3.0',
  workflows: [{ name: 'orderWorkflow', className: null, instances: [] }],
  launch: async () => {
    throw new Error('launched')
  },
}

function run(line: string, marks: object, options: RunCliOptions = {}) {
  const words = line.split(' ').map((word) => (word === 'ID' ? 'done' : word))
  return runCli(words, {
    openStore: (target) => openStore(target, { noticeAfterMs: 60_000 }),
    now: new Date(),
    slept: [],
    app,
    files: filesOf(proxy.urlOf(database.target.url), marks),
    ...options,
  })
}

/** Runs them all, and says what they changed: what they sent, and what Postgres counted. */
async function changedBy(runAll: () => Promise<void>) {
  const before = await writtenTuples()
  statements.length = 0
  await runAll()
  const sent = statements.filter((sql) => changes.test(sql))
  return { sent, isSame: JSON.stringify(await writtenTuples()) === JSON.stringify(before) }
}

const nothing = { sent: [], isSame: true }

/** What the seeded workflows give these nothing to do to; they get no further than to find that out. */
const idle: Readonly<Record<string, number>> = {
  'reschedule queued --now': 9,
  'recover running --grace 1ms': 9,
  'recover --to-version v1 --grace 1ms --yes': 9,
  // It is signed here.
  'link asking --as ada --public-url https://drover.example': 0,
}

test('every command of the program is tried, or is about no database that a profile names', async () => {
  const { groups } = await readReference()
  const known = groups.flatMap(({ commands }) => commands.map(({ words }) => words))
  const tried = [...reading, ...writing, ...unasked, ...screenCommands]
  const isTried = (words: string) => tried.some((line) => `${line} `.startsWith(`${words} `))
  expect(known.filter((words) => !isTried(words) && !elsewhere.test(words))).toEqual([])
})

const codesOf = (expected: number) =>
  Object.fromEntries(writing.map((line) => [line, idle[line] ?? expected]))

test('through a read-only profile everything is read, and nothing changed', async () => {
  const codes: Record<string, number> = {}
  const changed = await changedBy(async () => {
    for (const line of [...reading, ...writing]) {
      const { code, stdout, stderr } = await run(`${line} --profile prod`, { readOnly: true })
      codes[line] = code
      if (code === 3) expect(stdout + stderr).toContain('prod is a read-only profile')
    }
  })
  expect(reading.filter((line) => ![0, 1, 4, 5, 9].includes(codes[line] ?? 70))).toEqual([])
  expect(Object.fromEntries(writing.map((line) => [line, codes[line]]))).toEqual(codesOf(3))
  expect(changed).toEqual(nothing)
})

test('nobody is asked for what others would go on to change, and nothing changed', async () => {
  const changed = await changedBy(async () => {
    for (const line of unasked) {
      const env = { DROVER_PROFILE: 'prod' }
      const readOnly = await run(line, { readOnly: true }, { env })
      expect({ line, ...readOnly }).toMatchObject({ line, code: 3 })
      for (const isTerminal of [false, true])
        expect({ line, ...(await run(line, { protected: true }, { env, isTerminal })) }).toMatchObject({
          line,
          code: 2,
          stderr: expect.stringMatching(/prod is protected/),
        })
    }
  })
  expect(changed).toEqual(nothing)
})

test.each(screenCommands)('%s changes nothing of either where nobody says yes', async (line) => {
  const changed = await changedBy(async () => {
    for (const marks of [{ readOnly: true }, { protected: true }]) {
      let terminal: FakeTerminal | undefined
      let isOver = false
      const ended = run(`${line} --profile prod`, marks, {
        isTerminal: true,
        onTerminal: (given) => {
          terminal = given
        },
      }).finally(() => {
        isOver = true
      })
      await waitUntil('it shows a workflow', () => {
        const shown = terminal?.frames().flat() ?? []
        return isOver || shown.some((text) => text.includes('orderWorkflow'))
      })
      terminal?.press('c', 'n')
      await waitUntil('it is left', () => {
        terminal?.press('q')
        return isOver
      })
      expect(await ended).toMatchObject({ code: 0 })
    }
  })
  expect(changed).toEqual(nothing)
})

/** What a yes is enough for; all else wants the name. */
const isOne =
  /^(send running|approve asking|reject|start|cancel running$|resume cancelled|fork done --from 1$|reprioritize|requeue queued)/

describe('of a protected profile nothing changes', () => {
  const marks = { protected: true }

  test.each([
    ['where nobody can be asked, unless the command line names it', {}],
    ['in CI', { isCI: true, isTerminal: true }],
    ['with --no-prompt', { isTerminal: true, env: { DROVER_NO_PROMPT: '1' } }],
  ] as const)('%s', async (_, terminal: RunCliOptions) => {
    const codes: Record<string, number> = {}
    const changed = await changedBy(async () => {
      for (const line of writing) {
        const env = { ...terminal.env, DROVER_PROFILE: 'prod' }
        const { code, stderr } = await run(line, marks, { ...terminal, env })
        codes[line] = code
        if (code === 2) expect(stderr).toMatch(/^hint: .*add (--yes and )?--profile prod/m)
      }
    })
    expect(codes).toEqual(codesOf(2))
    expect(changed).toEqual(nothing)
  })

  test.each([
    ['on a no, and without a name', [false], ['']],
    ['on a no, and with another name', [false], ['staging']],
    ['left with ctrl-c', [], []],
  ] as const)('at a terminal, %s', async (_, yesOrNo, names) => {
    const codes: Record<string, number> = {}
    const changed = await changedBy(async () => {
      for (const line of writing) {
        const { code, stderr } = await run(`${line} --profile prod`, marks, {
          isTerminal: true,
          answers: isOne.test(line) ? yesOrNo : names,
        })
        codes[line] = code
        if (code === 130) expect(stderr).toMatch(/^\? \[prod\] .*\?( Type prod to do it\.)?$/m)
        if (code === 130) expect(stderr.includes('Type prod to do it.')).toBe(!isOne.test(line))
      }
    })
    expect(codes).toEqual(codesOf(130))
    expect(changed).toEqual(nothing)
  })
})

test('a protected profile is changed by a yes, by its name, and in a script that says it', async () => {
  const clone = await database.clone()
  const marks = { protected: true }
  const onClone = (line: string, options: RunCliOptions) =>
    run(line, marks, { files: filesOf(clone.target.url, marks), ...options })
  const atDesk = (...answers: readonly unknown[]) => ({ isTerminal: true, answers })
  const env = { DROVER_PROFILE: 'prod' }
  expect(await onClone('send running hello', { env, ...atDesk(true) })).toMatchObject({ code: 0 })
  expect(await onClone('cancel queued', { env, ...atDesk(true) })).toMatchObject({ code: 0 })
  expect(await onClone('delete failed --yes', { env, ...atDesk('prod') })).toMatchObject({ code: 0 })
  expect(await onClone('approve asking', { env, ...atDesk(true) })).toMatchObject({ code: 0 })
  expect(await onClone('cancel running answered --profile prod', {})).toMatchObject({ code: 0 })
  expect(await onClone('queues delete mails --profile prod', {})).toMatchObject({ code: 2 })
  expect(await onClone('queues delete mails --profile prod --yes', {})).toMatchObject({ code: 0 })
})

describe('Postgres itself refuses what a read-only target is asked to change', () => {
  const isReadOnly = true

  async function expectRefused(url: string): Promise<void> {
    const store = await openStore({ ...database.target, url, isReadOnly })
    try {
      expect(await store.get('done')).toMatchObject({ workflowId: 'done' })
      expect((await store.list({ limit: 20 })).length).toBeGreaterThan(5)
      expect(await store.board({ ids: ['done'], isAsked: () => true })).toMatchObject({ rows: [{}] })
      const writes = [
        () => store.send({ workflowId: 'running', topic: null, message: 1 }),
        () => store.manage('cancel', [{ workflowId: 'running', status: 'PENDING' }]),
        () => store.manage('delete', [{ workflowId: 'failed', status: 'ERROR' }]),
        () => store.deleteQueue('mails'),
        () => store.setQueue('mails', { concurrency: 9 }),
        () => store.setSchedule('nightly', 'PAUSED'),
        () => store.triggerSchedule('nightly'),
        () => store.createRecord({ run: true }),
      ]
      for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'read-only' })
      const seen: unknown[] = []
      for await (const change of store.follow(['done'], { signal: new AbortController().signal }))
        seen.push(change)
      expect(seen.length).toBeGreaterThan(0)
    } finally {
      await store.close()
    }
  }

  test('reached directly', async () => {
    const before = await writtenTuples()
    await expectRefused(database.target.url)
    await expectRefused(proxy.urlOf(database.target.url))
    const url = new URL(database.target.url)
    url.searchParams.set('options', '-c statement_timeout=60000')
    await expectRefused(url.href)
    expect(await writtenTuples()).toEqual(before)
  })

  describe.skipIf(skipsPgBouncer)('behind a pooler in transaction mode', () => {
    let pooler: PgBouncer
    beforeAll(async () => {
      pooler = await startPgBouncer(inject('serverUrl'))
    })
    afterAll(() => pooler.stop())

    test('which takes no options', async () => {
      await expectRefused(pooler.urlOf(database.target.url))
    })

    test('and leaves the session as it was for the application', async () => {
      const url = pooler.urlOf(database.target.url)
      const reader = await openStore({ ...database.target, url, isReadOnly })
      await reader.list({ limit: 1 })
      const writer = await openStore({ ...database.target, url })
      expect(await writer.send({ workflowId: 'running', topic: 'x', message: 1 })).toBe('sent')
      await expect(reader.send({ workflowId: 'running', topic: 'x', message: 1 })).rejects.toMatchObject({
        code: 'read-only',
      })
      await reader.close()
      await writer.close()
    })
  })
})
