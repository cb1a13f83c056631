import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import type { ImportReport } from '../../src/core/transfer/transfer.ts'
import { isEnded, type Workflow } from '../../src/core/workflow.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { readExport } from '../support/read-export.ts'
import { waitUntil } from '../support/wait-until.ts'
import { startShapes, stopWorker } from './sdk-worker.ts'
import {
  type Line,
  lostColumns,
  type Row,
  sdkVersions,
  toComparable,
  toLines,
  toLostColumns,
} from './transfer-lines.ts'

/** Of each of the shapes of test/fixtures/versions-shapes.mjs. */
const count = 4
const hostile = hostileTexts.join(' ').replaceAll('\0', '')

interface Source {
  readonly sdkVersion: string
  readonly database: TestDatabase
  readonly ids: readonly string[]
  /** The export of all of them. */
  readonly text: string
}

/** What no export holds: it means something only where it was given. */
const bound = ['owner_xid', 'creator_xid', 'rate_limited', 'retention_timestamp']
const tables = [
  ...['workflow_status', 'workflow_input', 'workflow_output', 'operation_outputs'],
  ...['workflow_events', 'workflow_events_history', 'streams', 'notifications'],
]

const sources: Source[] = []
/** What had not ended where it was exported. */
const activeIds = new Set<string>()
const databases: TestDatabase[] = []
const stores: Store[] = []
let worker: ChildProcess | undefined

async function open(database: TestDatabase): Promise<Store> {
  const store = await openStore(database.target)
  stores.push(store)
  return store
}

const bringIn = (store: Store, text: string, newIds = false): Promise<ImportReport> => {
  async function* chunks() {
    yield text
  }
  return store.importWorkflows({ chunks: chunks(), newIds })
}

beforeAll(async () => {
  for (const sdkVersion of sdkVersions) {
    const database = await createTestDatabase({ own: false, empty: true })
    databases.push(database)
    await stopWorker(await startShapes(sdkVersion, database, { prefix: sdkVersion, count, hostile }))
    const rows = await database.query('select workflow_uuid as id from dbos.workflow_status')
    const ids = rows.map(({ id }) => String(id))
    const text = await readExport(await open(database), ids)
    sources.push({ sdkVersion, database, ids, text })
    for (const { type, row } of toLines(text))
      if (type === 'workflow' && ['PENDING', 'ENQUEUED'].includes(String(row.status)))
        activeIds.add(String(row.id))
  }
})

afterAll(async () => {
  if (worker) await stopWorker(worker)
  for (const store of stores) await store.close()
  for (const database of databases) await database.drop()
})

/** The tables of that SDK, with nothing in them. */
async function createEmpty(sdkVersion: string): Promise<{ database: TestDatabase; store: Store }> {
  const source = sources.find((one) => one.sdkVersion === sdkVersion)
  const database = await source?.database.clone()
  if (!database) throw new Error(`nothing was made by SDK ${sdkVersion}`)
  databases.push(database)
  const [row] = await database.query(
    `select string_agg(format('%I.%I', schemaname, tablename), ', ') as names from pg_tables
     where schemaname = 'dbos' and tablename = any($1)`,
    [tables],
  )
  await database.query(`truncate ${row?.names} cascade`)
  return { database, store: await open(database) }
}

test('two hundred workflows and more of every shape were made', () => {
  const statuses = sources.map(({ text }) =>
    toLines(text).flatMap(({ type, row }) => (type === 'workflow' ? [row.status] : [])),
  )
  expect(statuses.flat().length).toBeGreaterThanOrEqual(200)
  for (const found of statuses)
    expect(new Set(found)).toEqual(new Set(['SUCCESS', 'ERROR', 'CANCELLED', 'PENDING', 'ENQUEUED']))
})

const readTables = async ({ query }: TestDatabase): Promise<Record<string, Row[]>> => {
  const found = await query(
    `select table_name as name from information_schema.tables where table_schema = 'dbos'`,
  )
  const names = tables.filter((table) => found.some(({ name }) => name === table))
  const rows = await Promise.all(names.map((name) => query(`select to_jsonb(t) as row from dbos.${name} t`)))
  return Object.fromEntries(
    names.map((name, index) => [name, (rows[index] ?? []).map(({ row }) => row as Row)]),
  )
}

const without = (row: Row, words: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([word]) => !words.includes(word)))

const sorted = (rows: readonly Row[]): readonly string[] => rows.map((row) => JSON.stringify(row)).sort()

/** As it is said: what is active comes in as `cancel` leaves it, and nothing holds a deduplication id. */
function asImported(row: Row, now: Row | undefined): Row {
  const idle = { ...row, deduplication_id: null }
  if (isEnded(row.status as never)) return idle
  return {
    ...idle,
    ...{ status: 'CANCELLED', queue_name: null, started_at_epoch_ms: null, updated_at: now?.updated_at },
    ...('completed_at' in row && { completed_at: now?.completed_at }),
  }
}

describe.each(sdkVersions)('into the tables of SDK %s', (sdkVersion) => {
  let place: { database: TestDatabase; store: Store }
  beforeAll(async () => {
    place = await createEmpty(sdkVersion)
  })

  test.each(sdkVersions)('what SDK %s made comes in, and what has no column is told', async (from) => {
    const source = sourceOf(from)
    const { workflows, lost } = await bringIn(place.store, source.text)
    expect(new Set([...workflows].map(({ outcome }) => outcome))).toEqual(new Set(['imported']))
    expect(toLostColumns(lost)).toEqual(lostColumns(from, sdkVersion))
    const again = await readExport(place.store, source.ids)
    expect(toComparable(again, activeIds)).toEqual(toComparable(source.text, activeIds, lost))
  })

  test('under new ids it is the same, and names its own', async () => {
    for (const source of sources) {
      const { workflows, lost } = await bringIn(place.store, source.text, true)
      const idOf = new Map([...workflows].map(({ workflowId, newWorkflowId }) => [newWorkflowId, workflowId]))
      expect(idOf.size).toBe(source.ids.length)
      const copies = await readExport(place.store, [...idOf.keys()] as string[])
      const named = toComparable(copies, activeIds, [], (id) => idOf.get(id) ?? id)
      expect(named).toEqual(toComparable(source.text, activeIds, lost))
    }
  })

  test('what came in goes out, in and out again as it is', async () => {
    const ids = sources.flatMap((source) => source.ids)
    const text = await readExport(place.store, ids)
    const there = await createEmpty(sdkVersion)
    expect((await bringIn(there.store, text)).lost).toEqual([])
    expect(toLines(await readExport(there.store, ids))).toEqual(toLines(text))
  })

  test('what the same SDK made is the same in every column of every table', async () => {
    const { database, store } = await createEmpty(sdkVersion)
    const source = sourceOf(sdkVersion)
    await bringIn(store, source.text)
    const [before, after] = [await readTables(source.database), await readTables(database)]
    const now = new Map(after.workflow_status?.map((row) => [row.workflow_uuid, row]))
    for (const [table, rows] of Object.entries(before)) {
      const expected = rows.map((row) =>
        table === 'workflow_status' ? asImported(row, now.get(row.workflow_uuid)) : row,
      )
      const found = after[table] ?? []
      expect(sorted(found.map((row) => without(row, bound))), table).toEqual(
        sorted(expected.map((row) => without(row, bound))),
      )
    }
  })

  test('a fork of each ends as what it is a copy of, and nothing else moves', async () => {
    const { database, store } = place
    const ids = sources.flatMap((source) => source.ids)
    const before = await readExport(store, ids)
    worker = await startShapes(sdkVersion, database)
    const forks = sources.flatMap(({ sdkVersion: from }) =>
      Object.entries(cuts).map(([shape, fromStep]) => {
        const original = shape === 'hostile' ? `${from}-hostile-1 ${hostile}` : `${from}-${shape}-1`
        return { original, shape, fromStep, copy: `fork of ${original}` }
      }),
    )
    const targets = await Promise.all(
      forks.map(async ({ original, fromStep, copy }) => ({
        workflowId: original,
        status: (await store.get(original))?.status ?? 'SUCCESS',
        fromStep,
        newWorkflowId: copy,
      })),
    )
    const results = await store.manage('fork', targets)
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['changed']))
    for (const { shape, copy } of forks) {
      if (shape === 'waiting' || shape === 'enqueued')
        await store.send({ workflowId: copy, topic: 'go', message: 'yes' })
    }
    await waitUntil('all copies have ended', async () => {
      const [row] = await database.query(
        `select count(*)::int as count from dbos.workflow_status where workflow_uuid like 'fork of %'
         and status in ('SUCCESS', 'ERROR')`,
      )
      return row?.count === forks.length
    })
    for (const { original, shape, copy } of forks) {
      const [was, is] = [await store.get(original), await store.get(copy)]
      expect(toEnd(is), copy).toEqual({ ...toEnd(was), ...otherEnds[shape] })
    }
    await stopWorker(worker)
    expect(toLines(await readExport(store, ids)).map(withoutMark)).toEqual(toLines(before).map(withoutMark))
  })
})

/** The first step that runs again, of the second of each shape. */
const cuts: Readonly<Record<string, number>> = {
  ...{ steps: 2, failed: 1, children: 2, events: 2, streams: 3, messages: 4, sleeps: 1, cancelled: 2 },
  ...{ forked: 2, queued: 0, parts: 0, portable: 5, big: 1, hostile: 5, waiting: 2, enqueued: 0 },
}

/** The stack names the SDK that ran it. */
const toEnd = (workflow: Workflow | undefined) => ({
  status: workflow?.status,
  output: workflow?.output,
  error: workflow?.error && { name: workflow.error.name, message: workflow.error.message },
})

/** Of what had not ended, or was ended before its end. */
const otherEnds: Readonly<Record<string, object>> = {
  cancelled: { status: 'SUCCESS', output: 15 },
  waiting: { status: 'SUCCESS', output: { answer: 'yes', n: 1 } },
  enqueued: { status: 'SUCCESS', output: { answer: 'yes', n: 1 } },
}

/** That there is a fork of it is told at the original. */
const withoutMark = ({ type, row }: Line): Line => ({ type, row: without(row, ['wasForked']) })

function sourceOf(sdkVersion: string): Source {
  const source = sources.find((one) => one.sdkVersion === sdkVersion)
  if (!source) throw new Error(`nothing was made by SDK ${sdkVersion}`)
  return source
}
