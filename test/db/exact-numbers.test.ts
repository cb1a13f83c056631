import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { connect, type Drover } from '../../src/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import type { FakeWorkflow } from '../support/fake-workflow.ts'
import { minutesAgo } from '../support/family.ts'
import { lendStore } from '../support/lend-store.ts'
import { type RunCliOptions, runCli } from '../support/run-cli.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'

const big = '9007199254740993'
const odd = '3.14159265358979323846'
/** Becomes a bare number in the database. */
const number = (digits: string) => `<<${digits}>>`
const value = { n: number(big), odd: [number(odd)], zero: number('-0'), text: big }
const valueJson = `{"n":${big},"odd":[${odd}],"zero":-0,"text":"${big}"}`

const workflows: readonly FakeWorkflow[] = [
  {
    workflowId: 'exact',
    name: 'charge',
    status: 'SUCCESS',
    attributes: { account: number(big) },
    input: [number(big), value],
    output: value,
    createdAt: minutesAgo(10),
    did: [
      { event: 'total', value },
      { step: 'add', output: value },
      { stream: 'log', value },
      { stream: 'log', value: number(big) },
      { recv: 'go', message: value },
      { closeStream: 'log' },
    ],
    unread: [{ topic: 'late', message: value }],
  },
  {
    workflowId: 'refused',
    name: 'charge',
    status: 'ERROR',
    error: { name: 'Refused', message: 'no', code: 'E', data: value } as FakeWorkflow['error'],
    createdAt: minutesAgo(9),
  },
  {
    workflowId: 'asking',
    name: 'approvalWorkflow',
    createdAt: minutesAgo(1),
    did: [
      {
        event: 'awaiting:pay',
        value: { prompt: 'Pay?', amount: number(big), approve: { amount: number(big) } },
      },
      { recv: 'pay', timeoutSeconds: 3600 },
    ],
  },
]

const payloads = {
  workflow_input: ['inputs'],
  workflow_output: ['output', 'error'],
  operation_outputs: ['output'],
  workflow_events: ['value'],
  workflow_events_history: ['value'],
  streams: ['value'],
  notifications: ['message'],
}

let database: TestDatabase
let store: Store
let drover: Drover
beforeAll(async () => {
  database = await createTestDatabase()
  for (const workflow of workflows) await seedWorkflow(database, workflow)
  const bare = (column: string) => `replace(replace(${column}, '"<<', ''), '>>"', '')`
  for (const [table, columns] of Object.entries(payloads)) {
    for (const column of columns) await database.query(`update dbos.${table} set ${column} = ${bare(column)}`)
  }
  await database.query(
    `update dbos.workflow_status set attributes = ${bare('attributes::text')}::jsonb where attributes is not null`,
  )
  store = await openStore(database.target)
  drover = await connect({ databaseUrl: database.target.url })
})
afterAll(async () => {
  await drover.close()
  await store.close()
  await database.drop()
})

const run = async (line: string | readonly string[], options: RunCliOptions = {}) =>
  runCli(line, { store: lendStore(store), ...options })

const compact = (json: string) => json.replaceAll(/\s/g, '')

test.each([
  ['get exact', [`"input":[${big},${valueJson}]`, `"output":${valueJson}`]],
  ['get refused', [`"data":${valueJson}`]],
  ['steps exact', [`"output":${valueJson}`]],
  ['events exact', [`"value":${valueJson}`]],
  ['stream exact log', [`"value":${valueJson}`, `"value":${big}`]],
  ['messages exact', [`"message":${valueJson}`]],
  ['result exact', [valueJson]],
  ['wait exact', [valueJson]],
  ['wait exact --for event:total.n', [big]],
  ['events exact total', [valueJson]],
  ['inbox', [`"amount":${big}`]],
  ['explain exact', []],
  ['diff exact refused', [valueJson]],
])('%s has every digit as JSON', async (line, expected) => {
  for (const format of ['json', 'jsonl']) {
    const { stdout, stderr } = await run(`${line} -o ${format}`)
    expect(stderr).not.toContain('bug')
    for (const json of expected) expect(compact(stdout)).toContain(json)
    expect(stdout).not.toMatch(/9007199254740992|exact-number|3\.14159265358979[^3]/)
  }
})

test.each([
  'get exact',
  'steps exact',
  'events exact',
  'stream exact log',
  'stream exact log --raw',
  'messages exact',
  'result exact -r',
  'events exact total -r',
  'wait exact --for event:total',
  'watch exact --timeout 5s',
])('%s has every digit for people and in pipes', async (line) => {
  for (const isTerminal of [true, false]) {
    const { stdout, stderr, frames } = await run(line, { isTerminal, columns: 200 })
    const shown = stdout + stderr + JSON.stringify(frames)
    expect(shown).toContain(big)
    expect(shown).not.toMatch(/9007199254740992|exact-number/)
  }
})

test('the fields of a question have every digit', async () => {
  const { frames } = await run('inbox', { isTerminal: true, columns: 200, answers: [['return']] })
  const shown = JSON.stringify(frames)
  expect(shown).toContain(`amount: ${big}`)
  expect(shown).not.toMatch(/9007199254740992|exact-number/)
})

test('attributes are shown by their digits', async () => {
  const { stdout } = await run('get exact', { isTerminal: true })
  expect(stdout).toMatch(/account\W+9007199254740993/)
})

test.each([
  [`event:total.n=${big}`, 0],
  ['event:total.n=9007199254740992', 9],
  [`event:total.n>9007199254740992`, 0],
  [`stream:log=${big}`, 0],
])('wait --for %s ends with %i', async (condition, code) => {
  expect(await run(`wait exact --for ${condition}`)).toMatchObject({ code })
})

test.each([
  [`n == \`${big}\``, 0],
  ['n == `9007199254740992`', 5],
])('--assert %s ends with %i', async (expression, code) => {
  const ended = await run(['result', 'exact', '--assert', expression])
  expect(ended).toMatchObject({ code })
  expect(ended.stderr).not.toContain('exact-number')
})

describe('the library', () => {
  test('keeps numbers, with the exact text beside those that lose digits', async () => {
    const plain = JSON.parse(valueJson)
    expect(await drover.get('exact')).toMatchObject({
      output: plain,
      raw: { output: valueJson, input: `[${big},${valueJson}]` },
    })
    expect(await drover.events('exact')).toMatchObject([
      { key: 'total', value: plain, raw: { value: valueJson } },
    ])
    expect(await drover.event('exact', 'total')).toEqual(plain)
    expect(await drover.wait('exact')).toEqual(plain)
    expect(await drover.steps('exact')).toContainEqual(
      expect.objectContaining({ output: plain, raw: { output: valueJson } }),
    )
    expect(await drover.messages('exact')).toContainEqual(
      expect.objectContaining({ message: plain, raw: { message: valueJson } }),
    )
    expect((await drover.inbox())[0]).toMatchObject({
      request: { amount: 9007199254740992 },
      raw: { request: `{"prompt":"Pay?","amount":${big},"approve":{"amount":${big}}}` },
    })
    const listed = new Map((await drover.list()).map((workflow) => [workflow.workflowId, workflow]))
    expect(listed.get('exact')).not.toHaveProperty('raw')
    expect(listed.get('asking')).toMatchObject({
      raw: { waits: expect.stringContaining(`"amount":${big}`) },
    })
    const values: unknown[] = []
    for await (const one of drover.stream('exact', 'log')) values.push(one)
    expect(values).toEqual([plain, 9007199254740992])
    const texts = new Set<string>()
    for await (const change of drover.watch('exact')) {
      if (change.type === 'stream' || change.type === 'event') texts.add(change.raw?.value ?? '')
    }
    expect([...texts]).toEqual([valueJson, big])
  })
})

test('an answer has the digits that the question names', async () => {
  const ended = await run('approve asking --as ada')
  expect(ended).toMatchObject({ code: 0 })
  const rows = await database.query(
    `select message from dbos.notifications where destination_uuid = 'asking'`,
  )
  expect(rows).toEqual([{ message: `{"amount":${big}}` }])
  expect(JSON.stringify(await run('approve asking --as ada'))).toContain('already recorded')
  expect((await run('audit asking -o json')).code).toBe(0)
})
