import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { type Host, startHost } from '../runtime/host-process.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'

const fixtures = path.join(import.meta.dirname, '../fixtures')
const workers = 4
const workflows = 60
const limit = 2
const stepMs = 20

let database: TestDatabase
const hosts: Host[] = []

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.kill()))
  await database?.drop()
})

test('workers that are all woken for each workflow keep to the limit that they share', async () => {
  await database.query(
    `insert into dbos.queues (name, polling_interval_sec, concurrency) values ('limited', 1, ${limit})`,
  )
  let owner: { readonly application: string; readonly version: string } | undefined
  for (let count = 0; count < workers; count++) {
    const host = await startHost('work.mjs', { cwd: fixtures })
    hosts.push(host)
    owner = await host.launch({ database: database.target })
  }
  const { application, version } = owner ?? {}
  const store = await openStore(database.target)
  try {
    for (let count = 0; count < workflows; count++) {
      await store.start({
        name: 'work',
        workflowId: `work-${count}`,
        args: [1, stepMs],
        queue: 'limited',
        application,
        version,
      })
    }
  } finally {
    await store.close()
  }
  const hasEnded = async () => {
    const [row] = await database.query(
      `select count(*)::int as ended from dbos.workflow_status where status = 'SUCCESS'`,
    )
    return row?.ended === workflows
  }
  // Who is refused again and again looks less and less often.
  await waitUntil('all ended', hasEnded, 5 * 60_000)
  const steps = await database.query(
    `select a.workflow_uuid, count(*)::int as at_once from dbos.operation_outputs a, dbos.operation_outputs b
     where a.started_at_epoch_ms between b.started_at_epoch_ms and b.completed_at_epoch_ms - 1
     group by 1 having count(*) > ${limit}`,
  )
  expect(steps).toEqual([])
})
