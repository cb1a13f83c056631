import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import type { ImportReport } from '../../../src/core/transfer/transfer.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { holdTransaction, untilBlocked, untilBlockedAt } from '../../support/held-transaction.ts'
import { runCli } from '../../support/run-cli.ts'

const ids = ['a', 'b', 'c']
const document = [
  '{"type":"export","format":1,"schemaVersion":1,"sdk":"5.2 or later","exportedAt":""}',
  ...ids.map((id) =>
    line('workflow', { id, status: 'SUCCESS', name: 'brought', createdAt: 1, updatedAt: 1, inputs: '"i"' }),
  ),
  ...ids.map((id) => line('step', { workflowId: id, step: 0, name: 'paid' })),
  line('decision', { id: 1, workflow_id: 'b' }),
  '{"type":"end","workflows":3}\n',
].join('\n')

function line(type: string, row: object): string {
  return JSON.stringify({ type, row })
}

let database: TestDatabase
let store: Store
let other: Store
beforeAll(async () => {
  database = await createTestDatabase()
  // They wait as long as it takes.
  const patient = { querySilenceMs: Number.POSITIVE_INFINITY }
  store = await openStore(database.target, patient)
  other = await openStore(database.target, patient)
  await store.createRecord({ run: true })
})
afterAll(async () => {
  await store?.close()
  await other?.close()
  await database?.drop()
})
beforeEach(async () => {
  await database.query(
    'truncate dbos.workflow_status, dbos.workflow_input, dbos.workflow_output, dbos.operation_outputs cascade',
  )
  await database.query('drop table if exists drover.imported_decisions')
})

function bringIn(into: Store): Promise<ImportReport> {
  async function* chunks() {
    yield document
  }
  return into.importWorkflows({ chunks: chunks(), newIds: false })
}

const outcomesOf = ({ workflows }: ImportReport) =>
  Object.fromEntries([...workflows].map(({ workflowId, outcome }) => [workflowId, outcome]))

/** As an executor does that starts them. */
const start = (...workflowIds: readonly string[]) =>
  workflowIds
    .map(
      (id) =>
        `insert into dbos.workflow_status (workflow_uuid, status, name, created_at, updated_at) values ('${id}', 'PENDING', 'started', 2, 2)`,
    )
    .join('; ')

const rowsOf = async (table: string) =>
  (await database.query(`select workflow_uuid as id from dbos.${table} order by 1`)).map(({ id }) => id)
const namesOf = async () =>
  Object.fromEntries(
    (await database.query('select workflow_uuid as id, name from dbos.workflow_status')).map(
      ({ id, name }) => [id, name],
    ),
  )

test('of two imports of one file at once each workflow comes in once, and both tell which', async () => {
  const holder = await holdTransaction(database, 'lock table dbos.workflow_status in exclusive mode')
  const importing = [bringIn(store), bringIn(other)]
  await untilBlocked(database, 2)
  await holder.commit()
  const outcomes = (await Promise.all(importing)).map(outcomesOf)
  for (const id of ids) expect(outcomes.map((outcome) => outcome[id]).sort()).toEqual(['exists', 'imported'])
  for (const table of ['workflow_status', 'workflow_input', 'operation_outputs'])
    expect(await rowsOf(table), table).toEqual(ids)
  expect(await database.query('select from drover.imported_decisions')).toHaveLength(1)
})

test('what somebody starts while it comes in is theirs, and nothing of the import goes into it', async () => {
  const worker = await holdTransaction(database, start('b'))
  const importing = bringIn(store)
  await untilBlocked(database, 1)
  await worker.commit()
  expect(outcomesOf(await importing)).toEqual({ a: 'imported', b: 'exists', c: 'imported' })
  expect(await namesOf()).toEqual({ a: 'brought', b: 'started', c: 'brought' })
  for (const table of ['workflow_input', 'operation_outputs'])
    expect(await rowsOf(table), table).toEqual(['a', 'c'])
  expect(await database.query(`select to_regclass('drover.imported_decisions') as found`)).toEqual([
    { found: null },
  ])
})

test('who starts several in another order goes on, and the import brings in the rest when it is typed again', async () => {
  const between = await holdTransaction(database, start('b'))
  const worker = await holdTransaction(database, `set local deadlock_timeout = '1h'; ${start('c')}`)
  const importing = expect(bringIn(store)).rejects.toMatchObject({ code: 'transaction-conflict' })
  await untilBlocked(database, 1)
  const starting = worker.query(start('a'))
  await untilBlockedAt(database, 'insert into dbos.workflow_status')
  await between.query('rollback')
  // Postgres finds that the import closes the circle, and lets the worker go on.
  await starting
  await importing
  await worker.commit()
  expect(await namesOf()).toEqual({ a: 'started', c: 'started' })
  expect(outcomesOf(await bringIn(store))).toEqual({ a: 'exists', b: 'imported', c: 'exists' })
  expect(await namesOf()).toEqual({ a: 'started', b: 'brought', c: 'started' })
  expect(await rowsOf('operation_outputs')).toEqual(['b'])
})

test.each([
  ['workflow_input', `(workflow_uuid, inputs) values ('b', '"old"')`, 'a row'],
  [
    'operation_outputs',
    `(workflow_uuid, function_id, function_name) values ('b', 5, 'x'), ('b', 6, 'x')`,
    '2 rows',
  ],
])(
  'what is left in %s of a workflow that was deleted becomes no part of another',
  async (table, row, count) => {
    await database.query(`insert into dbos.${table} ${row}`)
    const before = await rowsOf(table)
    const run = await runCli(['import', '--yes', '--db-url', database.target.url], {
      openStore,
      stdin: document,
    })
    expect(run).toMatchObject({ code: 9, stdout: '' })
    expect(run.stderr).toContain(
      `error: ${table} still has ${count} of deleted workflows, such as b. Nothing was imported.\nhint: `,
    )
    expect(run.stderr).toContain('drover import FILE --new-ids')
    expect(await rowsOf('workflow_status')).toEqual([])
    expect(await rowsOf(table)).toEqual(before)
    const { workflows } = await store.importWorkflows({
      chunks: (async function* () {
        yield document
      })(),
      newIds: true,
    })
    expect([...workflows].map(({ outcome }) => outcome)).toEqual(['imported', 'imported', 'imported'])
  },
)
