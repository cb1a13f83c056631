import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ManageTarget } from '../../src/core/manage/manage.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { installBeside, isAtLeast } from './sdk-cache.ts'
import { startWorker, stopWorker } from './sdk-worker.ts'

const sdkVersions = [
  '4.10.15',
  '4.15.5',
  '4.20.11',
  '4.24.16',
  '4.27.6',
  '5.0.2',
  '5.1.10',
  '5.2.11',
  '5.3.0',
]

/** What may stand in the columns of a workflow, where they are there. */
const written: Readonly<Record<string, unknown>> = {
  class_name: 'Shop',
  config_name: 'mall',
  authenticated_user: 'ada',
  assumed_role: 'admin',
  authenticated_roles: '["admin"]',
  application_id: 'app-1',
  attributes: '{"region":"eu"}',
  priority: 7,
  queue_partition_key: 'eu',
  workflow_timeout_ms: 60_000,
  workflow_deadline_epoch_ms: 1,
  deduplication_id: 'once',
  schedule_name: 'nightly',
  parent_workflow_id: 'parent',
  recovery_attempts: 3,
  status: 'ERROR',
  error: '{"json":{"name":"Error","message":"no"}}',
}

/** Every place in the workflow of test/fixtures/versions-worker.mjs where something was recorded. */
const cuts = [0, 1, 2, 3, 5, 6, 7, 8, 9]

const tables = [
  'workflow_status',
  'workflow_input',
  'workflow_output',
  'operation_outputs',
  'workflow_events',
  'workflow_events_history',
  'streams',
  'notifications',
]

type Rows = Record<string, readonly Record<string, unknown>[]>

describe.each(sdkVersions)('on tables of SDK %s', (sdkVersion) => {
  let original: TestDatabase
  let copies: TestDatabase[] = []
  const canRewind = isAtLeast(sdkVersion, [5, 1])

  beforeAll(async () => {
    original = await createTestDatabase({ own: false, empty: true })
    await stopWorker(await startWorker(sdkVersion, original))
    await enrich(original)
  })

  afterAll(async () => {
    for (const database of [...copies, original]) await database?.drop()
  })

  /** The rows that a client of DBOS leaves, and those that drover leaves in another copy of the same database. */
  async function compare(
    theirs: (database: TestDatabase) => Promise<unknown>,
    verb: 'fork' | 'rewind',
    targets: readonly ManageTarget[],
  ): Promise<{ readonly sdk: Rows; readonly drover: Rows }> {
    const [forSdk, forDrover] = [await original.clone(), await original.clone()]
    copies = [...copies, forSdk, forDrover]
    const before = await readRows(forDrover)
    await theirs(forSdk)
    const store = await openStore(forDrover.target)
    const results = await store.manage(verb, targets)
    await store.close()
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['changed']))
    const drover = await readRows(forDrover)
    expect(drover).not.toEqual(before)
    return { sdk: await readRows(forSdk, drover), drover }
  }

  test('a fork leaves what the client of that SDK leaves', async () => {
    const targets = ['done', 'waiting'].flatMap((workflowId) =>
      cuts.map((fromStep): ManageTarget => {
        const status = workflowId === 'done' ? 'ERROR' : 'PENDING'
        const newWorkflowId = `copy-of-${workflowId}-${fromStep}`
        // SDK 4.10 cannot choose a queue.
        const queue = fromStep === 3 && isAtLeast(sdkVersion, [4, 15]) ? 'mails' : undefined
        const version = fromStep === 2 ? 'v2' : undefined
        return { workflowId, status, fromStep, newWorkflowId, queue, version }
      }),
    )
    const calls = targets.map(({ workflowId, fromStep, newWorkflowId, queue, version }) => [
      'forkWorkflow',
      workflowId,
      fromStep,
      { newWorkflowID: newWorkflowId, queueName: queue, applicationVersion: version },
    ])
    const { sdk, drover } = await compare(
      (database) => callClient(sdkVersion, database, calls),
      'fork',
      targets,
    )
    expect(sdk.workflow_status).toHaveLength(2 + cuts.length + targets.length)
    // SDK 4.10 left out when the steps ran, and wrote itself down as the executor.
    const leftOut = isAtLeast(sdkVersion, [4, 15])
      ? []
      : ['started_at_epoch_ms', 'completed_at_epoch_ms', 'executor_id']
    expect(without(drover, leftOut)).toEqual(without(sdk, leftOut))
  })

  const theirs = canRewind
    ? 'what the client of that SDK leaves'
    : 'what SDK 5.3 leaves once it has migrated the tables'
  test(`a rewind leaves ${theirs}`, async () => {
    const targets = cuts.map((fromStep): ManageTarget => {
      const version = fromStep === 2 ? 'v2' : undefined
      const queue = fromStep === 3 ? 'mails' : undefined
      return { workflowId: `done-${fromStep}`, status: 'ERROR', fromStep, version, queue }
    })
    const calls = targets.map(({ workflowId, fromStep, version, queue }) => [
      'rewindWorkflow',
      workflowId,
      { startStep: fromStep, applicationVersion: version, queueName: queue },
    ])
    const rewind = async (database: TestDatabase): Promise<void> => {
      if (canRewind) return callClient(sdkVersion, database, calls)
      await migrate(database)
      await callClient('5.3.0', database, calls)
    }
    const { sdk, drover } = await compare(rewind, 'rewind', targets)
    // Where it tells who created a workflow, it stays.
    const leftOut = canRewind ? [] : ['owner_xid']
    expect(without(drover, leftOut)).toEqual(without(sdk, leftOut))
  })
})

/** To the tables of SDK 5.3, and what older SDKs wrote to what it looks for. */
async function migrate(database: TestDatabase): Promise<void> {
  await DBOS.migrate(database.target.url)
  await database.query(
    `update dbos.notifications n set consumed_by_function_id = o.function_id from dbos.operation_outputs o
     where n.consumed and o.workflow_uuid = n.destination_uuid and o.function_name = 'DBOS.recv'`,
  )
  for (const fromStep of cuts) {
    await database.query(
      `update dbos.streams set value = '"__DBOS_STREAM_CLOSED__"'
       where value = '__DBOS_STREAM_CLOSED__' and workflow_uuid = $1 and function_id >= $2`,
      [`done-${fromStep}`, fromStep],
    )
  }
}

async function enrich(database: TestDatabase): Promise<void> {
  const rows = await database.query(
    `select column_name as name from information_schema.columns
     where table_schema = 'dbos' and table_name = 'workflow_status'`,
  )
  const columns = rows.map(({ name }) => String(name)).filter((name) => name in written)
  await database.query(
    `update dbos.workflow_status set ${columns.map((name, index) => `${name} = $${index + 1}`).join(', ')}
     where workflow_uuid = 'done'`,
    columns.map((name) => written[name]),
  )
  await database.query(
    `update dbos.operation_outputs set child_workflow_id = 'child-1' where workflow_uuid = 'done' and function_id = 0`,
  )
  await database.query(
    `insert into dbos.notifications (destination_uuid, topic, message, serialization) select 'done', topic, '1', 'portable_json'
     from unnest(array['go', 'other', '__null__topic__']) topic`,
  )
  for (const cut of cuts) await duplicate(database, 'done', `done-${cut}`)
}

async function duplicate(database: TestDatabase, workflowId: string, newWorkflowId: string): Promise<void> {
  for (const table of await findTables(database)) {
    const id = table === 'notifications' ? 'destination_uuid' : 'workflow_uuid'
    const key = table === 'notifications' ? `|| jsonb_build_object('message_uuid', gen_random_uuid())` : ''
    await database.query(
      `insert into dbos.${table} select (jsonb_populate_record(null::dbos.${table},
         to_jsonb(t) || jsonb_build_object('${id}', $2::text) ${key})).* from dbos.${table} t where ${id} = $1`,
      [workflowId, newWorkflowId],
    )
  }
}

async function findTables(database: TestDatabase): Promise<string[]> {
  const found = await database.query(
    `select table_name as name from information_schema.tables where table_schema = 'dbos'`,
  )
  const names = found.map(({ name }) => name)
  return tables.filter((table) => names.includes(table))
}

async function callClient(sdkVersion: string, database: TestDatabase, calls: unknown): Promise<void> {
  const script = await installBeside(sdkVersion, 'versions-client.mjs')
  await promisify(execFile)(process.execPath, [script, database.target.url, JSON.stringify(calls)])
}

/** Of the times that are now, only whether there is one. With `like`, only its tables and columns. */
async function readRows(database: TestDatabase, like?: Rows): Promise<Rows> {
  const result: Record<string, Record<string, unknown>[]> = {}
  for (const table of await findTables(database)) {
    if (like && !like[table]) continue
    const rows = await database.query(`select * from dbos.${table}`)
    const [model] = like?.[table] ?? []
    result[table] = rows
      .map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !model || column in model)))
      .map(withoutNow)
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  return result
}

function withoutNow(row: Record<string, unknown>): Record<string, unknown> {
  const now = ['created_at', 'updated_at', 'retention_timestamp'].filter((column) => column in row)
  return { ...row, ...Object.fromEntries(now.map((column) => [column, row[column] !== null])) }
}

function without(rows: Rows, columns: readonly string[]): Rows {
  return Object.fromEntries(
    Object.entries(rows).map(([table, all]) => [
      table,
      all.map((row) =>
        Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column))),
      ),
    ]),
  )
}
