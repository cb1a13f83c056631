import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createAppFolder } from './app-folder.ts'
import { type Host, startHost } from './host-process.ts'
import { waitUntil } from './wait-until.ts'

const source = path.join(import.meta.dirname, '../fixtures/work.mjs')

let database: TestDatabase
let folder: Awaited<ReturnType<typeof createAppFolder>>
const hosts: Host[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await createAppFolder()
})

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()))
})

afterAll(async () => {
  await folder?.remove()
  await database?.drop()
})

/** A process that runs the app as it was in `revision`. */
async function launch(revision = 'first') {
  const text = await readFile(source, 'utf8')
  await writeFile(path.join(folder.path, 'work.mjs'), text.replace(`'first'`, `'${revision}'`))
  const host = await startHost('work.mjs', { cwd: folder.path })
  hosts.push(host)
  const { executorId } = await host.launch({ database: database.target })
  return Object.assign(host, { executorId })
}

async function workflow(workflowId: string) {
  const [row] = await database.query(
    `select status, executor_id, recovery_attempts::int as attempts, result.output,
            (select count(*)::int from dbos.operation_outputs o where o.workflow_uuid = $1) as steps
     from dbos.workflow_status left join dbos.workflow_output result using (workflow_uuid)
     where workflow_uuid = $1`,
    [workflowId],
  )
  return row
}

const hasSteps = (workflowId: string, steps: number) =>
  waitUntil(`${workflowId} took ${steps} steps`, async () => {
    const row = await workflow(workflowId)
    return row !== undefined && Number(row.steps) >= steps
  })

async function resultOf(workflowId: string): Promise<unknown> {
  const row = await waitUntil(`${workflowId} ended`, async () => {
    const now = await workflow(workflowId)
    return now?.status === 'SUCCESS' && now
  })
  return JSON.parse(String(row.output)).json
}

const sessionsOf = async (executorId: string) =>
  await database.query(
    `select pid, application_name from pg_stat_activity
     where datname = current_database() and starts_with(application_name, $1)`,
    [`dbos_transact_${executorId}_`],
  )

test('two killed in mid-step are completed by a third, also after an edit of the source', async () => {
  const [first, second] = await Promise.all([launch(), launch()])
  await first.start({ name: 'work', workflowId: 'killed-1', args: [3, 300] })
  await second.start({ name: 'work', workflowId: 'killed-2', args: [3, 300] })
  await Promise.all([hasSteps('killed-1', 1), hasSteps('killed-2', 1)])
  await Promise.all([first.kill(), second.kill()])
  expect(await workflow('killed-1')).toMatchObject({ status: 'PENDING', executor_id: first.executorId })
  expect(await workflow('killed-2')).toMatchObject({ status: 'PENDING', executor_id: second.executorId })

  const third = await launch('edited')
  for (const workflowId of ['killed-1', 'killed-2']) {
    expect(await resultOf(workflowId)).toEqual(['first', expect.any(String), 'edited'])
    expect(await workflow(workflowId)).toMatchObject({ attempts: 2, executor_id: third.executorId })
  }
  expect(third.handedOver.toSorted()).toEqual(['killed-1', 'killed-2'])
})

test('living processes never touch each other, also when one loses its lock again and again', async () => {
  const [first, second] = await Promise.all([launch(), launch()])
  await first.start({ name: 'work', workflowId: 'living-1', args: [3, 500] })
  await second.start({ name: 'work', workflowId: 'living-2', args: [3, 500] })
  const third = await launch()
  let lost = 0
  await waitUntil('both ended', async () => {
    const killed = await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'drover-executor'`,
    )
    lost += killed.length
    const rows = await Promise.all([workflow('living-1'), workflow('living-2')])
    return rows.every((row) => row?.status === 'SUCCESS')
  })
  expect(lost).toBeGreaterThan(9)
  expect([...first.handedOver, ...second.handedOver, ...third.handedOver]).toEqual([])
  expect(await workflow('living-1')).toMatchObject({ attempts: 1, executor_id: first.executorId })
  expect(await workflow('living-2')).toMatchObject({ attempts: 1, executor_id: second.executorId })
})

test('a shutdown closes every connection and leaves the work for the next process', async () => {
  const first = await launch()
  await first.start({ name: 'work', workflowId: 'left', args: [3, 300] })
  await hasSteps('left', 1)
  await first.shutdown()
  expect(await sessionsOf(first.executorId)).toEqual([])
  expect(
    await database.query(
      `select from pg_stat_activity where datname = current_database() and application_name like 'drover-%'
       and application_name <> 'drover-test'`,
    ),
  ).toEqual([])
  expect(await workflow('left')).toMatchObject({ status: 'PENDING', executor_id: first.executorId })

  const second = await launch('edited')
  expect(await resultOf('left')).toEqual(['first', expect.any(String), 'edited'])
  expect(second.handedOver).toEqual(['left'])
  expect(first.output).toEqual({ stdout: '', stderr: '' })
})

test('a shutdown that drains waits for what runs', async () => {
  const host = await launch()
  await host.start({ name: 'work', workflowId: 'drained', args: [1, 300] })
  await host.shutdown({ drainMs: 10_000 })
  expect(await workflow('drained')).toMatchObject({ status: 'SUCCESS', attempts: 1 })
})

test('a process that goes on handing over takes what dies beside it', async () => {
  const worker = await startHost('work.mjs', { cwd: folder.path })
  hosts.push(worker)
  await worker.launch({ database: database.target, keepHandingOver: true })
  const other = await launch()
  await other.start({ name: 'work', workflowId: 'beside', args: [2, 200] })
  await hasSteps('beside', 1)
  await other.kill()
  expect(await resultOf('beside')).toHaveLength(2)
  expect(worker.handedOver).toEqual(['beside'])
})
