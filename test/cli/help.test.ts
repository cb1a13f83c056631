import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { helpExamples } from '../../src/cli/help-examples.ts'
import { commandGroups } from '../../src/commands/index.ts'
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

/** These launch, listen, draw or read files: their lines are parsed, and run by tests of their own. */
const notRun = [
  'demo',
  'run',
  'worker',
  'serve',
  'link',
  'token',
  'db',
  'config',
  'top',
  'start',
  'audit',
  'import',
  'test',
]

test.each(documented)('the examples of drover %s are taken', async (words) => {
  const parser = await createLineParser(words)
  for (const example of helpExamples[words]?.examples ?? []) {
    const own = words.startsWith('token')
      ? await createLineParser(example.split(' ').slice(0, 2).join(' '))
      : parser
    expect(await own.parse(shellWords(example)), example).toBeTypeOf('object')
  }
})

test.each(documented.filter((words) => !notRun.includes(words.split(' ')[0] ?? '')))(
  'the examples of drover %s do what they say',
  async (words) => {
    for (const example of helpExamples[words]?.examples ?? []) {
      const { code, stderr } = await runCli(shellWords(example), { store: createShop(), slept: [] })
      expect({ example, code: [2, 4, 70].includes(code) ? stderr : 'done' }).toEqual({
        example,
        code: 'done',
      })
    }
  },
)

/** What the examples speak of. */
function createShop(): FakeStore {
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
      { workflowId: 'order-17', name: 'checkout', status: 'SUCCESS', did, attributes: { order: 17 } },
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
