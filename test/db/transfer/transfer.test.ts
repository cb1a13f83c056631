import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import type { ImportRequest } from '../../../src/core/transfer/transfer.ts'
import { escapeJson } from '../../../src/core/words/escape-controls.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { readExport } from '../../support/read-export.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

const createdAt = new Date(1_700_000_000_000)
const hostile = hostileTexts.join(' ').replaceAll('\0', '')

interface Place {
  readonly database: TestDatabase
  readonly store: Store
}

const places: Place[] = []
async function open(): Promise<Place> {
  const database = await createTestDatabase()
  const place = { database, store: await openStore(database.target) }
  places.push(place)
  return place
}

let from: Place
beforeAll(async () => {
  from = await open()
  await seedWorkflow(from.database, {
    workflowId: hostile,
    name: hostile,
    status: 'SUCCESS',
    input: [hostile, 2 ** 53],
    output: { text: hostile },
    createdAt,
    attributes: { region: 'eu' },
    did: [
      { step: 'add', output: 1 },
      { event: 'progress', value: 50 },
      { event: 'progress', value: 100 },
      { stream: 'log', value: hostile },
      { child: 'child', name: 'part' },
    ],
    unread: [{ topic: 'go', message: { by: hostile } }],
  })
  await seedWorkflow(from.database, { workflowId: 'child', parentId: hostile, name: 'part', createdAt })
  await seedWorkflow(from.database, { workflowId: 'queued', status: 'ENQUEUED', queue: 'mails', createdAt })
})
afterAll(async () => {
  for (const { store, database } of places) {
    await store.close()
    await database.drop()
  }
})

const all = [hostile, 'child', 'queued']

const exported = (store: Store, workflowIds: readonly string[] = all, payloads = true) =>
  readExport(store, workflowIds, payloads)

/** In pieces of a size that cuts whatever there is to cut, but for characters. */
async function* inPieces(text: string): AsyncGenerator<string> {
  const bytes = Buffer.from(text)
  const decoder = new TextDecoder()
  for (let at = 0; at < bytes.length; at += 1000)
    yield decoder.decode(bytes.subarray(at, at + 1000), { stream: true })
}

const bringIn = (store: Store, text: string, options: Partial<ImportRequest> = {}) =>
  store.importWorkflows({ chunks: inPieces(text), newIds: false, ...options })

/** Without the line of when, and what an import changes of what was active. */
const comparable = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line))
    .map(({ row, ...rest }) =>
      ['child', 'queued'].includes(row?.id)
        ? { ...rest, row: { ...row, status: '', queue: '', completedAt: 0, updatedAt: 0, startedAt: 0 } }
        : { ...rest, row },
    )

test('a row of a workflow that did not come with it is told', async () => {
  const to = await open()
  const text = await exported(from.store)
  const lines = text.split('\n').map((line) => {
    const { type, row } = line === '' ? {} : JSON.parse(line)
    return type === 'step' && row.step === 3
      ? line.replace(escapeJson(JSON.stringify(row.workflowId)), '"elsewhere"')
      : line
  })
  const { lost } = await bringIn(to.store, lines.join('\n'))
  expect(lost).toEqual(['1 row of type step belongs to no workflow of the export: left out.'])
})

test('what was exported and imported is exported again as it was, and nothing of it is active', async () => {
  const to = await open()
  const text = await exported(from.store)
  const { workflows, lost } = await bringIn(to.store, text)
  expect(lost).toEqual([])
  const outcome = { outcome: 'imported', newWorkflowId: null }
  expect(new Set(workflows)).toEqual(
    new Set([
      { ...outcome, workflowId: hostile, before: 'SUCCESS', after: 'SUCCESS' },
      { ...outcome, workflowId: 'child', before: 'PENDING', after: 'CANCELLED' },
      { ...outcome, workflowId: 'queued', before: 'ENQUEUED', after: 'CANCELLED' },
    ]),
  )
  expect(comparable(await exported(to.store))).toEqual(comparable(text))
  expect(await to.store.get(hostile)).toEqual(await from.store.get(hostile))
  expect(await to.store.messages(hostile)).toEqual(await from.store.messages(hostile))
  expect((await to.store.get('queued'))?.queue).toBe(null)
  const unfinished = await to.database.query(
    `select 1 from dbos.workflow_status where status in ('PENDING', 'ENQUEUED', 'DELAYED')`,
  )
  expect(unfinished).toEqual([])
})

test('what is there already stays as it is, and copies come in under ids of their own', async () => {
  const to = await open()
  await seedWorkflow(to.database, { workflowId: 'child', name: 'mine', createdAt })
  const text = await exported(from.store)
  const first = await bringIn(to.store, text)
  expect([...first.workflows].find(({ workflowId }) => workflowId === 'child')).toMatchObject({
    outcome: 'exists',
    after: null,
  })
  expect((await to.store.get('child'))?.name).toBe('mine')
  const again = await bringIn(to.store, text)
  expect([...again.workflows].map(({ outcome }) => outcome)).toEqual(['exists', 'exists', 'exists'])
  const copies = await bringIn(to.store, text, { newIds: true })
  const copyOf = (id: string) =>
    [...copies.workflows].find(({ workflowId }) => workflowId === id)?.newWorkflowId ?? ''
  expect(await to.store.lineage(copyOf('child'))).toMatchObject({ parentId: copyOf(hostile) })
  const steps = await to.store.steps(copyOf(hostile))
  expect(steps.map(({ childId }) => childId).filter(Boolean)).toEqual([copyOf('child')])
  expect(await to.store.messages(copyOf(hostile))).toHaveLength(1)
})

test('an export without payloads holds none, and can be brought in', async () => {
  const to = await open()
  const text = await exported(from.store, all, false)
  for (const secret of ['"text"', '2**53', '"by"']) expect(text).not.toContain(secret)
  await bringIn(to.store, text)
  expect((await to.store.steps(hostile)).map(({ name }) => name)).toEqual(
    (await from.store.steps(hostile)).map(({ name }) => name),
  )
})

const cutOff =
  /^The export was cut off: it (has no end|tells of \d+ workflows and has \d+)\. Nothing was imported\.$/

test('an export that was cut off anywhere, or is none, brings nothing in', async () => {
  const to = await open()
  const text = await exported(from.store)
  const lines = text.split('\n')
  const cuts = [0, 10, text.length - 3, ...lines.map((_, index) => lines.slice(0, index).join('\n').length)]
  const middles = lines.map((line, index) => (cuts[index + 3] ?? 0) + Math.floor(line.length / 2))
  for (const length of [...cuts, ...middles].filter((cut) => cut < text.length - 1))
    await expect(bringIn(to.store, text.slice(0, length)), `cut at ${length}`).rejects.toMatchObject({
      code: 'invalid-argument',
      message: length === 0 ? 'The export is empty. Nothing was imported.' : expect.stringMatching(cutOff),
    })
  for (const wrong of ['hello\n', '{"type":"export","format":99}\n', `${lines[0]}\n{\n`, `${text}${text}`])
    await expect(bringIn(to.store, wrong), wrong.slice(0, 40)).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  expect(await to.store.existing(all)).toEqual([])
  expect(await bringIn(to.store, text.trimEnd())).toMatchObject({ workflows: { imported: all.length } })
})

test('decisions go to a table of their own', async () => {
  const to = await open()
  await from.store.createRecord({ run: true } as never)
  await from.database.query(
    `insert into drover.decisions (system_schema, workflow_id, workflow_name, step, wait_key, decision, outcome, forced, actor, actor_source, payload_sha256)
     values ('dbos', 'queued', 'x', 1, 'k', 'approved', 'stored', false, 'ada', 'flag', 'h')`,
  )
  await bringIn(to.store, await exported(from.store, ['queued']))
  expect(
    await to.database.query(
      `select workflow_id, source, decision->>'actor' as actor from drover.imported_decisions`,
    ),
  ).toEqual([{ workflow_id: 'queued', source: 'imported', actor: 'ada' }])
})
