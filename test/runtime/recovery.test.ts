import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAppFolder } from '../support/app-folder.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { patience } from '../support/patience.ts'
import { waitUntil } from '../support/wait-until.ts'
import { type Host, startHost } from './host-process.ts'

const source = path.join(import.meta.dirname, '../fixtures/work.mjs')

let folder: Awaited<ReturnType<typeof createAppFolder>>
const hosts: Host[] = []
const databases: TestDatabase[] = []

beforeAll(async () => {
  folder = await createAppFolder()
  // Once, before anybody reads them: launches run side by side.
  const text = await readFile(source, 'utf8')
  for (const revision of ['first', 'edited']) {
    await writeFile(path.join(folder.path, `${revision}.mjs`), text.replace(`'first'`, `'${revision}'`))
  }
})

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.kill()))
  await Promise.all(databases.map((database) => database.drop()))
  await folder?.remove()
})

/** The app as it was in `revision`, in a process of its own. */
async function launch(database: TestDatabase, revision: 'first' | 'edited' = 'first') {
  const host = await startHost(`${revision}.mjs`, { cwd: folder.path })
  hosts.push(host)
  const { executorId } = await host.launch({ database: database.target })
  return Object.assign(host, { executorId })
}

async function createDatabase() {
  const database = await createTestDatabase()
  databases.push(database)

  const workflow = async (workflowId: string) => {
    const [row] = await database.query(
      `select status, executor_id, recovery_attempts::int as attempts, result.output,
              (select count(*)::int from dbos.operation_outputs o where o.workflow_uuid = $1) as steps
       from dbos.workflow_status left join dbos.workflow_output result using (workflow_uuid)
       where workflow_uuid = $1`,
      [workflowId],
    )
    return row
  }
  const hasStep = (workflowId: string) =>
    waitUntil(`${workflowId} took a step`, async () => Number((await workflow(workflowId))?.steps) > 0)

  const resultOf = async (workflowId: string): Promise<unknown[]> => {
    const row = await waitUntil(`${workflowId} ended`, async () => {
      const now = await workflow(workflowId)
      return now?.status === 'SUCCESS' && now
    })
    return JSON.parse(String(row.output)).json
  }
  return Object.assign(database, { workflow, hasStep, resultOf })
}

// Each waits most of the time, and has a database to itself.
describe.concurrent('recovery', () => {
  test('two killed in mid-step are completed by a third, also after an edit of the source', async () => {
    const database = await createDatabase()
    const [first, second] = await Promise.all([launch(database), launch(database)])
    await first.start({ name: 'work', workflowId: 'killed-1', args: [5, 300] })
    await second.start({ name: 'work', workflowId: 'killed-2', args: [5, 300] })
    await Promise.all([database.hasStep('killed-1'), database.hasStep('killed-2')])
    await Promise.all([first.kill(), second.kill()])
    expect(await database.workflow('killed-1')).toMatchObject({
      status: 'PENDING',
      executor_id: first.executorId,
    })
    expect(await database.workflow('killed-2')).toMatchObject({
      status: 'PENDING',
      executor_id: second.executorId,
    })

    const third = await launch(database, 'edited')
    for (const workflowId of ['killed-1', 'killed-2']) {
      const revisions = await database.resultOf(workflowId)
      expect(revisions).toHaveLength(5)
      expect([revisions.at(0), revisions.at(-1)]).toEqual(['first', 'edited'])
      expect(await database.workflow(workflowId)).toMatchObject({
        attempts: 2,
        executor_id: third.executorId,
      })
    }
    expect(third.handedOver.toSorted()).toEqual(['killed-1', 'killed-2'])
  })

  test('living processes never touch each other, also when one loses its lock again and again', async () => {
    const database = await createDatabase()
    const [first, second] = await Promise.all([launch(database), launch(database)])
    await first.start({ name: 'work', workflowId: 'living-1', args: [6, 500] })
    await second.start({ name: 'work', workflowId: 'living-2', args: [6, 500] })
    const third = await launch(database)
    let lost = 0
    await waitUntil('both ended, and lost their locks ten times', async () => {
      const killed = await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'drover-executor'`,
      )
      lost += killed.length
      const rows = await Promise.all([database.workflow('living-1'), database.workflow('living-2')])
      return lost > 9 && rows.every((row) => row?.status === 'SUCCESS')
    })
    expect(lost).toBeGreaterThan(9)
    expect([...first.handedOver, ...second.handedOver, ...third.handedOver]).toEqual([])
    expect(await database.workflow('living-1')).toMatchObject({
      attempts: 1,
      executor_id: first.executorId,
    })
    expect(await database.workflow('living-2')).toMatchObject({
      attempts: 1,
      executor_id: second.executorId,
    })
  })

  test('a shutdown closes every connection and leaves the work for the next process', async () => {
    const database = await createDatabase()
    const first = await launch(database)
    await first.start({ name: 'work', workflowId: 'left', args: [5, 300] })
    await database.hasStep('left')
    await first.shutdown()
    await waitUntil('every session is gone', async () => {
      const sessions = await database.query(
        `select application_name from pg_stat_activity
         where datname = current_database() and application_name <> 'drover-test'`,
      )
      return sessions.length === 0
    })
    expect(await database.workflow('left')).toMatchObject({ status: 'ENQUEUED' })

    const second = await launch(database, 'edited')
    expect((await database.resultOf('left')).at(-1)).toBe('edited')
    expect(second.handedOver).toEqual([])
    expect(await database.workflow('left')).toMatchObject({ attempts: 1 })
    expect(first.output).toEqual({ stdout: '', stderr: '' })
  })

  test('what DBOS gave up without a trace goes on in the same process', async () => {
    const database = await createDatabase()
    const host = await launch(database)
    await host.start({ name: 'work', workflowId: 'like', args: [1, 0] })
    await database.resultOf('like')
    // As an execution leaves it that could record neither its step nor its error.
    await database.query(
      `insert into dbos.workflow_input (workflow_uuid, inputs)
       select 'given-up', inputs from dbos.workflow_input where workflow_uuid = 'like'`,
    )
    await database.query(
      `insert into dbos.workflow_status (workflow_uuid, status, name, class_name, config_name, executor_id, application_name,
         application_version, authenticated_roles, recovery_attempts, owner_xid, started_at_epoch_ms, serialization)
       select 'given-up', 'PENDING', name, class_name, config_name, executor_id, application_name,
         application_version, authenticated_roles, 1, 'someone', 1, serialization
       from dbos.workflow_status where workflow_uuid = 'like'`,
    )
    expect(await database.resultOf('given-up')).toEqual(['first'])
    expect(await database.workflow('given-up')).toMatchObject({ attempts: 2, executor_id: host.executorId })
    expect(host.logs).toContainEqual(
      expect.objectContaining({ line: expect.stringContaining('given-up stopped without a result') }),
    )
  })

  test('a shutdown that drains waits for what runs', async () => {
    const database = await createDatabase()
    const host = await launch(database)
    await host.start({ name: 'work', workflowId: 'drained', args: [1, 300] })
    await host.shutdown({ drainMs: patience() })
    expect(await database.workflow('drained')).toMatchObject({ status: 'SUCCESS', attempts: 1 })
  })
})
