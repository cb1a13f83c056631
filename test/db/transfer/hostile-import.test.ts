import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { cutCommand } from '../../support/cut-commands.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createRefuser } from '../../support/refuse-commands.ts'
import { runCli } from '../../support/run-cli.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { startWireProxy } from '../../support/wire-proxy.ts'

/** What somebody may give to `import`, and what may happen to it: nothing is half done, and nothing is called a bug. */
let database: TestDatabase
let store: Store
let messageId: string
beforeAll(async () => {
  database = await createTestDatabase()
  store = await openStore(database.target)
  // Else the first export would create it.
  await store.createRecord({ run: true })
  const unread = [{ topic: 'go', message: 1 }]
  await seedWorkflow(database, { workflowId: 'mine', createdAt: new Date(), unread })
  const [row] = await database.query('select message_uuid from dbos.notifications')
  messageId = String(row?.message_uuid)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const head = '{"type":"export","format":1,"schemaVersion":1,"sdk":"5.2 or later","exportedAt":""}'
const end = '{"type":"end","workflows":1}'
const document = (...lines: readonly string[]) => [head, ...lines, end, ''].join('\n')
const line = (type: string, row: object) => JSON.stringify({ type, row })
const base = { id: 'w', status: 'SUCCESS', name: 'n', createdAt: 1, updatedAt: 1 }
const workflow = (facts: object = {}) => line('workflow', { ...base, ...facts })
const part = (type: string, facts: object) => document(workflow(), line(type, { workflowId: 'w', ...facts }))
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

const bringIn = (text: string) =>
  runCli(['import', '--yes', '--db-url', database.target.url], { openStore, stdin: text })

test.each<readonly [what: string, text: string, code: number, says: RegExp]>([
  ['a row that is an array', document('{"type":"workflow","row":[1]}'), 2, /not an export/],
  ['a row that is null', document('{"type":"workflow","row":null}'), 2, /not an export/],
  ['a row that is not there', document('{"type":"workflow"}'), 2, /not an export/],
  ['no id', document(line('workflow', { status: 'SUCCESS' })), 2, /not an export/],
  ['an empty id', document(workflow({ id: '' })), 2, /not an export/],
  ['a time that is a word', document(workflow({ createdAt: 'yesterday' })), 2, /not an export/],
  ['a time with a fraction', document(workflow({ createdAt: 1.5 })), 2, /not an export/],
  ['a time out of range', document(workflow({ createdAt: 1e30 })), 2, /cannot hold that value.*out of range/],
  ['a priority out of range', document(workflow({ priority: 3e9 })), 2, /cannot hold that value/],
  [
    'an id longer than an index takes',
    document(workflow({ id: noise(20_000) })),
    2,
    /cannot hold that value/,
  ],
  ['U+0000', document(workflow({ name: 'a\0b' })), 2, /not an export/],
  ['half a character', document(String.raw`{"type":"workflow","row":{"id":"\ud800"}}`), 2, /not an export/],
  ['deep nesting', document(`{"type":"workflow","row":${nested(1e5)}}`), 2, /cannot hold that value/],
  ['deep nesting in its head', `{"type":"export","format":1,"x":${nested(2e4)}}\n`, 2, /cannot hold/],
  [
    'a step twice',
    document(workflow(), ...[1, 1].map((step) => line('step', { workflowId: 'w', step, name: 's' }))),
    9,
    /there already/,
  ],
  ['a step out of range', part('step', { step: 3e9, name: 's' }), 2, /cannot hold that value/],
  ['a step before the first', part('step', { step: -5, name: 's' }), 2, /not an export/],
  ['a step without its number', part('step', { step: null, name: 's' }), 2, /not an export/],
  [
    'a decision whose number is none',
    document(workflow(), line('decision', { workflow_id: 'w', id: 'x' })),
    2,
    /cannot hold|not an export/,
  ],
  ['a line that is no object', document('[1,2]'), 2, /cut off/],
  [
    'an end that counts in words',
    `${head}\n${workflow()}\n{"type":"end","workflows":"x"}\n`,
    2,
    /not an export/,
  ],
  [
    'an end that counts too far',
    `${head}\n${workflow()}\n{"type":"end","workflows":1e40}\n`,
    2,
    /cannot hold/,
  ],
  [
    'a format below the first',
    '{"type":"export","format":-1}\n{"type":"end","workflows":0}\n',
    2,
    /not an export/,
  ],
  ['a format without end', '{"type":"export","format":1e999}\n', 2, /newer drover/],
  ['what COPY takes for a quote', document('\x01', workflow()), 2, /not an export/],
  ['what ends COPY', document(String.raw`\.`, workflow()), 2, /not an export/],
])('%s is refused in a sentence, and nothing comes in', async (_, text, code, says) => {
  const run = await bringIn(text)
  expect(run).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(says) })
  expect(run.stderr).toMatch(/^error: [^\n]+\nhint: [^\n]+\n$/)
  expect(await store.existing(['w'])).toEqual([])
})

test('a message whose id is in use is told, and comes in as a copy', async () => {
  const text = document(
    workflow(),
    line('message', { workflowId: 'w', id: messageId, topic: 't', message: '1', sentAt: 1 }),
  )
  expect(await bringIn(text)).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('import FILE --new-ids'),
  })
  expect(await store.existing(['w'])).toEqual([])
  const copied = await runCli(
    ['import', '--new-ids', '--yes', '-o', 'ids', '--db-url', database.target.url],
    {
      openStore,
      stdin: text,
    },
  )
  expect(copied.code).toBe(0)
  expect(await store.messages(copied.stdout.trim())).toHaveLength(1)
})

test.each<readonly [string, object, string]>([
  ['a status that nobody knows', { id: 'odd-1', status: 'WEIRD' }, 'CANCELLED'],
  ['no status', { id: 'odd-2', status: null }, 'CANCELLED'],
  [
    'keys that mean something to JavaScript',
    JSON.parse('{"id":"odd-3","__proto__":{"x":1},"constructor":1}'),
    'SUCCESS',
  ],
  ['an id that is a number', { id: 5 }, 'SUCCESS'],
])('%s comes in as what it is', async (_, facts, after) => {
  const { code, stdout } = await bringIn(document(workflow(facts)))
  expect({ code, stdout: stdout.trim() }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(`${after}$`),
  })
})

test('a step of a workflow that the export does not hold goes nowhere', async () => {
  const text = document(
    workflow({ id: 'orphan' }),
    line('step', { workflowId: 'mine', step: 99, name: 'planted' }),
  )
  expect((await bringIn(text)).code).toBe(0)
  expect(await store.steps('mine')).toEqual([])
})

/** Pieces of a text without a line break, for as long as somebody takes them. */
async function* endless(begin: string, piece: string, most: number) {
  yield begin
  for (let count = 0; count < most; count++) yield piece
  throw new Error('this was read to its end')
}

test('what has no line break is given up after a little of it', async () => {
  const chunks = endless('', 'x'.repeat(10_000), 20)
  await expect(store.importWorkflows({ chunks, newIds: false })).rejects.toMatchObject({
    code: 'invalid-argument',
  })
})

test('a role that may not write is told which right it lacks', async () => {
  await database.query('create role import_reader login; grant usage on schema dbos to import_reader')
  await database.query('grant select on all tables in schema dbos to import_reader')
  onTestFinished(async () => {
    await database.query('drop owned by import_reader; drop role import_reader')
  })
  const { url } = database.targetAs('import_reader')
  const run = await runCli(['import', '--yes', '--db-url', url], { openStore, stdin: document(workflow()) })
  expect(run).toMatchObject({ code: 3, stdout: '', stderr: expect.stringMatching(/denied.*\nhint: /) })
})

const importLine = 'import /export --yes'
const files = { '/export': document(workflow()) }
const states = ['53100', '53200', '25006', '40P01', '57014', '42501']

test('whatever the server refuses, and whenever, is named', async () => {
  const refuser = await createRefuser(database, files)
  onTestFinished(refuser.close)
  for (const [command, last] of [
    [importLine, 30],
    ['export mine', 10],
  ] as const) {
    let position = 0
    for (; position <= last; position++) {
      const state = states[position % states.length] ?? ''
      const run = await refuser.run(command, state, position)
      if (!run.wasRefused) break
      expect(run.code, `${command}, ${state} at ${position}: ${run.stderr}`).toBe(run.expected)
      expect(run.stderr).toMatch(/^error: [^\n]+\n/)
    }
    expect(position).toBeGreaterThan(5)
  }
  expect(await store.existing(['w'])).toEqual([])
})

test.each(['cut', 'half-close', 'stall'] as const)(
  'a connection that fails (%s) is 69, and nothing is half done',
  async (kind) => {
    const exportOf = (id: string) => ({
      '/export': document(workflow({ id }), line('step', { workflowId: id, step: 0, name: 's' })),
    })
    for (const command of [importLine, 'export mine']) {
      const { messages } = await cutCommand(database, command, kind, Infinity, {
        files: exportOf(`${kind}-whole`),
      })
      const positions = [0.5, 0.7, 0.8, 0.9].map((part) => Math.floor(part * messages))
      const runs = await Promise.all(
        positions.map((at) => cutCommand(database, command, kind, at, { files: exportOf(`${kind}-${at}`) })),
      )
      // Looking at the tables is tried again, and may be done the second time.
      const failed = runs.filter(({ wasCut, code }) => wasCut && code !== 0)
      expect(failed.length, command).toBeGreaterThan(1)
      for (const { code, hangs, stderr } of failed)
        expect({ code, hangs, stderr }).toEqual({
          ...{ code: 69, hangs: false },
          stderr: expect.stringMatching(/^error: [^\n]+\nhint: /),
        })
    }
    const halves = await database.query(
      `select 1 from dbos.workflow_status where workflow_uuid like '${kind}-%' and not exists
       (select from dbos.operation_outputs o where o.workflow_uuid = workflow_status.workflow_uuid)`,
    )
    expect(halves).toEqual([])
  },
)

/** An export that stops to come in the middle. */
async function* stuck(until: AbortSignal) {
  yield `${head}\n${workflow()}\n`
  await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }))
}

test('ctrl-c while more of the file is waited for ends the import, and nothing came in', async () => {
  const over = new AbortController()
  const interrupt = new AbortController()
  onTestFinished(() => over.abort())
  const own = await openStore(database.target, {}, () => {}, interrupt.signal)
  onTestFinished(() => own.close())
  const importing = own.importWorkflows({ chunks: stuck(over.signal), newIds: false })
  const failed = expect(importing).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringContaining('Nothing was imported'),
  })
  await waitUntil('it is under way', async () => {
    const rows = await database.query(
      `select 1 from pg_stat_activity where query ilike 'copy import_lines%' and state = 'active'`,
    )
    return rows.length > 0
  })
  interrupt.abort('SIGINT')
  await failed
  expect(await store.existing(['w'])).toEqual([])
})

test('ctrl-c while Postgres is silent ends an import and an export', async () => {
  for (const at of [6, 9, 12]) {
    const interrupt = new AbortController()
    const proxy = await startWireProxy(inject('serverUrl'), ({ index }) => {
      if (index !== at) return undefined
      interrupt.abort('SIGINT')
      return { kind: 'stall' }
    })
    onTestFinished(proxy.close)
    for (const command of [
      ['import', '--yes'],
      ['export', 'mine'],
    ]) {
      const run = await runCli(
        [...command, '--db-url', proxy.urlOf(database.target.url), '--connect-timeout', '1s'],
        {
          openStore: (target) => openStore(target, {}, () => {}, interrupt.signal),
          interrupt: interrupt.signal,
          stdin: document(workflow()),
        },
      )
      expect([130, 69]).toContain(run.code)
      expect(await store.existing(['w'])).toEqual([])
    }
  }
})

/** Without a pattern that TOAST or an index would make small. */
function noise(length: number): string {
  let text = ''
  for (let n = 1; text.length < length; n = (n * 48_271) % 2_147_483_647) text += n.toString(36)
  return text
}
