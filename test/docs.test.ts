import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { toJsonSchema } from '@valibot/to-json-schema'
import { expect, test } from 'vitest'
import type { Change } from '../src/core/change.ts'
import { configSchema, profileSchema } from '../src/core/files/config-schema.ts'
import { testSchema } from '../src/core/testing/schema/test-schema.ts'
import { documentedKeys } from './support/documented-keys.ts'
import { createExampleStore } from './support/example-store.ts'
import { oneLook } from './support/patience.ts'
import { runCli } from './support/run-cli.ts'

const read = (file: string) => readFileSync(path.join(import.meta.dirname, '..', file), 'utf8')

/** It looks like a decision, and is on no record. */
const forgery = {
  workflowId: 'answered',
  topic: 'go',
  message: 1,
  idempotencyKey: 'answered:1::1767323045000',
}

async function print(line: string): Promise<string> {
  const store = createExampleStore()
  if (line.startsWith('audit')) await runCli('approve asking', { store })
  if (line.startsWith('audit cancelled')) await runCli('resume cancelled', { store })
  if (line.startsWith('audit verify')) await store.send(forgery)
  return (await runCli(line, { store })).stdout
}

test.each([
  ['Workflow', 'get done -o json'],
  ['Row', 'list -o jsonl'],
  ['Step', 'steps done -o jsonl'],
  ['Event', 'events done -o jsonl'],
  ['Stream value', 'stream done -o jsonl'],
  ['Message', 'messages answered -o jsonl'],
  ['Wait', 'inbox -o jsonl'],
  ['Decision', 'approve asking -o jsonl'],
  ['Explanation', 'explain asking -o json'],
  ['Finding', 'doctor -o jsonl'],
  ['Worker', 'workers -o jsonl'],
  ['Outcome', 'cancel running -o jsonl'],
  ['Difference', 'diff done answered -o jsonl'],
  ['Record', 'audit -o jsonl'],
  ['Action', 'audit cancelled -o jsonl'],
  ['Discrepancy', 'audit verify -o jsonl'],
  ['Recovered', 'recover running -o jsonl'],
  ['Retained', 'retain --keep 0 --older-than 1ms --dry-run -o json'],
  ['Queue', 'queues -o jsonl'],
  ['Stats', 'stats -o json'],
  ['Schedule', 'schedules -o jsonl'],
  ['Version', 'versions -o jsonl'],
  ['Help', 'help -o json'],
])('docs/output.md documents a %s key by key, as `%s` prints it', async (heading, line) => {
  const text = await print(line)
  const [first = ''] = line.endsWith('jsonl') ? text.split('\n') : [text]
  expect(Object.keys(JSON.parse(first))).toEqual(documentedKeys(heading))
})

test('docs/output.md documents every cause', () => {
  const section = read('docs/output.md').split('## Explanation')[1]?.split('\n## ')[0] ?? ''
  const table = section.split('| cause | |')[1] ?? ''
  const documented = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, cause]) => cause),
  )
  const kinds = [
    ...(read('src/core/diagnosis/cause.ts')
      .split('export type QueueLimit')[0]
      ?.matchAll(/kind: ('[^\n;}]+)/g) ?? []),
  ]
  const causes = kinds.flatMap(([, names = '']) =>
    [...names.matchAll(/'([a-z-]+)'/g)].map(([, cause]) => cause),
  )
  expect(documented.toSorted()).toEqual(causes.toSorted())
})

test('docs/output.md documents every kind of change with what comes with it', async () => {
  const documented = new Map(
    [...read('docs/output.md').matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)].map(([, type = '', text = '']) => [
      type,
      [...(text.split(':')[0]?.matchAll(/`(\w+)`/g) ?? [])].map(([, key]) => key),
    ]),
  )
  const watched = ['done answered', 'asking'].map((ids) =>
    print(`watch ${ids} -o jsonl --timeout ${oneLook()}`),
  )
  const [lines = [], asking = []] = (await Promise.all(watched)).map((text) => text.trimEnd().split('\n'))
  const changes = [...lines, ...asking].map((line): Change => JSON.parse(line))
  expect(new Set(changes.map(({ type }) => type)).size).toBeGreaterThanOrEqual(7)
  for (const { cursor, type, workflowId, at, ...rest } of changes) {
    expect([cursor, workflowId, at].every((value) => typeof value === 'string')).toBe(true)
    expect(Object.keys(rest)).toEqual(documented.get(type))
  }
})

test('docs/commands.md names every command, and no other', async () => {
  const { stdout } = await runCli('--help')
  const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: |$)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help')
  const table = read('docs/commands.md')
  const named = [...table.matchAll(/`([a-z]+)[^`]*`(?:, `([a-z]+)[^`]*`)? \| [a-z]/g)].flatMap(
    ([, one, other]) => (other ? [one, other] : [one]),
  )
  expect(named).toEqual(commands)
})

test('docs/drover.config.schema.json is written from what drover checks: vitest -u does it', async () => {
  const schema = toJsonSchema(configSchema, {
    target: 'draft-2020-12',
    definitions: { profile: profileSchema },
    ignoreActions: ['raw_check'],
  })
  await expect(toText(schema)).toMatchFileSnapshot('../docs/drover.config.schema.json')
})

test('docs/drover.test.schema.json is written from what drover checks: vitest -u does it', async () => {
  const schema = toJsonSchema(testSchema, { target: 'draft-2020-12', ignoreActions: ['check'] })
  await expect(toText(schema)).toMatchFileSnapshot('../docs/drover.test.schema.json')
})

/** As the formatter has it: words in one line. */
function toText(schema: object): string {
  const words = /\[\s+("[^"\n]*"(?:,\s+"[^"\n]*")*)\s+\]/g
  return `${JSON.stringify(schema, null, 2).replace(words, (_, list: string) => `[${list.replaceAll(/\s+/g, ' ')}]`)}\n`
}

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/style.md'])(
  'every file that %s names is there',
  (file) => {
    const named = [...read(file).matchAll(/`((?:[\w-]+\/)+[\w-]+\.(?:ts|js))`/g)].map(([, name = '']) => name)
    const repository = path.join(import.meta.dirname, '..')
    const isThere = (name: string) =>
      [name, `src/${name}`].some((place) => existsSync(path.join(repository, place)))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !isThere(name))).toEqual([])
  },
)

test('the README is a page of at most 120 lines, and each file that it names is there', () => {
  const text = read('README.md')
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  const links = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(0)
  expect(links.filter((link) => !existsSync(path.join(import.meta.dirname, '..', link)))).toEqual([])
})

test.each(readdirSync(path.join(import.meta.dirname, '../docs')).filter((name) => name.endsWith('.md')))(
  'each file that docs/%s names is there',
  (name) => {
    const links = [...read(`docs/${name}`).matchAll(/\]\(([\w./-]+)(?:#[^)]*)?\)/g)].map(
      ([, link = '']) => link,
    )
    const isMissing = (link: string) => !existsSync(path.join(import.meta.dirname, '../docs', link))
    expect(links.filter(isMissing)).toEqual([])
  },
)

test('SKILL.md is short, and says what it is for where an agent looks for it', () => {
  const text = read('SKILL.md')
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  expect(text).toMatch(/^---\nname: drover\ndescription: \S[^\n]+\n---\n/)
})

test('every promise of SECURITY.md names a test that is there', () => {
  const rows = read('SECURITY.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (promise|---)/.test(line))
  expect(rows.length).toBeGreaterThan(15)
  const broken = rows.filter((row) => {
    const [, file = '', name = ''] = /\| `(test\/[^`]+)` "([^"]+)" \|$/.exec(row) ?? []
    return (
      file === '' || !existsSync(path.join(import.meta.dirname, '..', file)) || !read(file).includes(name)
    )
  })
  expect(broken).toEqual([])
})
