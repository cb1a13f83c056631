import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { helpExamples } from '../../src/cli/help-examples.ts'
import { commandGroups } from '../../src/commands/index.ts'
import type { LiveExecutor } from '../../src/core/diagnosis/situation.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore, type FakeStore } from '../support/fake-store.ts'
import { createLineParser } from '../support/parse-line.ts'
import { runCli } from '../support/run-cli.ts'
import { typeIntoShell } from '../support/shell-words.ts'

const listed = commandGroups.flatMap(({ commands }) => commands.map(({ name }) => name))
const isThere = (words: string) => listed.includes(words.split(' ')[0] ?? '')
const documented = Object.keys(helpExamples).filter(isThere)
const lines = documented.flatMap((words) => helpExamples[words]?.examples ?? [])
const typed = typeIntoShell(lines.map((line) => `drover ${line}`))
const argvByLine = new Map(lines.map((line, index) => [line, typed[index]?.[0] ?? []]))
const shellWords = (line: string) => argvByLine.get(line) ?? []

test('every command has its examples and a page', () => {
  expect(listed.filter((name) => !(name in helpExamples))).toEqual([])
  const pages = new Set(Object.values(helpExamples).map(({ page }) => page))
  const missing = [...pages].filter((page) => !existsSync(path.join(import.meta.dirname, '../../docs', page)))
  expect(missing).toEqual([])
})

test.each(documented)('drover %s --help has a sentence, examples and a link', async (words) => {
  const { code, stdout } = await runCli(`${words} --help`, { columns: 80 })
  expect(code).toBe(0)
  const [, description = ''] = stdout.split('\n\n')
  expect(description).toMatch(/^[A-Z].*\.(\n|$)/s)
  const { examples, page } = helpExamples[words] ?? { examples: [], page: '' }
  for (const line of examples) expect(stdout).toContain(`  drover ${line}\n`)
  expect(stdout).toContain(`More: docs/${page}`)
  const [, commands = ''] = stdout.split('\nCommands:\n')
  for (const [, name] of commands.split('\n\n')[0]?.matchAll(/^ {2}([a-z-]+)/gm) ?? [])
    if (name !== 'help') expect(documented).toContain(`${words} ${name}`)
})

/** Lines that are not run here, or all of a command, and why. */
const notRun: Readonly<Record<string, string>> = {
  demo: 'launches an application: e2e/demo.test.ts',
  run: 'launches an application: e2e/run.test.ts',
  worker: 'launches an application: e2e/worker.test.ts',
  serve: 'goes on for ever: e2e/serve.test.ts',
  db: 'an embedded Postgres of its own: commands/db.test.ts, local/',
  top: 'takes the whole screen: e2e/top.test.ts',
  'start checkout 1 --wait --timeout 5m': 'takes a worker: commands/run/start.test.ts',
  'test smoke.yaml --timeout 5m --junit smoke.xml': 'takes a worker: e2e/smoke-cases.test.ts',
  'test smoke.yaml --app drover:demo': 'launches an application: e2e/smoke-cases.test.ts',
  'config trust': 'asks: settings/trust.test.ts',
  'import --new-ids --yes': 'takes an export of another database: db/transfer/transfer.test.ts',
  'import order-17.jsonl --local': 'an embedded Postgres of its own: db/transfer/transfer.test.ts',
}

/** What has to be done before, so that there is something to do. */
const before: Readonly<Record<string, string>> = {
  'token revoke ci': 'token create ci',
  'token revoke ci -o json': 'token create ci',
  'queues resume mails': 'queues pause mails',
  'queues resume mails --worker-concurrency 4': 'queues pause mails',
}

test.each(documented)('the examples of drover %s are taken', async (words) => {
  const parser = await createLineParser(words)
  for (const example of helpExamples[words]?.examples ?? []) {
    const own = words.startsWith('token')
      ? await createLineParser(example.split(' ').slice(0, 2).join(' '))
      : parser
    expect(await own.parse(shellWords(example)), example).toBeTypeOf('object')
  }
})

const runs = documented
  .filter((words) => !((words.split(' ')[0] ?? '') in notRun))
  .flatMap((words) => helpExamples[words]?.examples ?? [])
  .filter((example) => !(example in notRun))

test.each(runs)('drover %s does what it says', async (example) => {
  const written: Record<string, string> = {}
  // Nobody may run it while it gets another name.
  const store = createShop(example.includes('rename-application') ? [] : [live])
  const world = {
    ...{ store, slept: [], files, written, lastStarted: 'order-17' },
    env: { DROVER_PUBLIC_URL: 'https://drover.example' },
  }
  const earlier = before[example]
  if (earlier !== undefined) expect((await runCli(earlier, world)).code).toBe(0)
  const { code, stderr } = await runCli(shellWords(example), world)
  const usual = /^doctor\b/.test(example) ? 5 : 0
  expect({ code, stderr }).toEqual({ code: usual, stderr })
})

test('the lines that are not run, or prepared for, are examples', () => {
  const examples = documented.flatMap((words) => helpExamples[words]?.examples ?? [])
  const known = [...examples, ...listed]
  expect([...Object.keys(notRun), ...Object.keys(before)].filter((line) => !known.includes(line))).toEqual([])
})

const files = {
  '/project/drover.config.json': '{"profiles": {"staging": {"databaseUrl": "postgres://staging/shop"}}}',
  '/project/smoke.yaml': 'cases:\n  - name: approved\n    start: { workflow: checkout, args: [1] }\n',
}

const live: LiveExecutor = {
  ...{ executorId: 'web-1', application: 'example', version: 'v1', versionStart: 'v1' },
  ...{ since: new Date(0), heardAt: new Date(0), recognisedBy: 'name', address: null },
  ...{ candidateVersions: null, registration: null },
}

/** What the examples speak of. */
function createShop(executors: readonly LiveExecutor[] = [live]): FakeStore {
  const schedule = { workflow: 'checkout', cron: '0 0 3 * * *', timezone: null, application: 'example' }
  const more = { queue: null, lastFiredAt: null, nextAt: [] }
  const did = [
    { event: 'progress', value: 80 },
    { stream: 'log', value: 'paid' },
    { closeStream: 'log' },
    { step: 'charge' },
  ]
  const error = { name: 'CardError', message: 'declined' }
  return createFakeStore(
    [
      {
        workflowId: 'order-17',
        name: 'checkout',
        status: 'SUCCESS',
        did,
        attributes: { order: 17 },
        output: { status: 'paid' },
      },
      { workflowId: 'order-17-again', name: 'checkout', status: 'SUCCESS', did, forkedFrom: 'order-17' },
      { workflowId: 'order-5', name: 'checkout', status: 'ERROR', did: [{ step: 'charge', error }], error },
      { workflowId: 'order-30', name: 'checkout', status: 'ENQUEUED', queue: 'slow' },
      { workflowId: 'order-31', name: 'checkout', status: 'DELAYED', queue: 'slow' },
      { workflowId: 'order-9', name: 'checkout', status: 'CANCELLED' },
      { workflowId: 'ord-1', name: 'checkout', executorId: 'web-2' },
      {
        workflowId: 'refund-6',
        name: 'refund',
        did: [
          { event: 'awaiting:refund', value: { prompt: 'Refund 222 €?' } },
          { recv: 'refund', timeoutSeconds: 3600 },
        ],
      },
    ],
    {
      queues: ['mails', 'slow'],
      gone: ['web-2'],
      executors,
      versions: [
        { version: 'v1', application: 'example', registeredAt: new Date(1), isLatest: true },
        { version: 'v0', application: 'example', registeredAt: new Date(0), isLatest: false },
      ],
      schedules: [
        { name: 'nightly', status: 'ACTIVE', ...schedule, ...more },
        { name: 'weekly', status: 'PAUSED', ...schedule, ...more },
      ],
    },
  )
}

test('examples are loaded for who asks for help', async () => {
  const { stdout } = await runCli('list', { store: createExampleStore() })
  expect(stdout).not.toContain('Examples:')
})
