import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RetentionPlace } from '../../../src/core/manage/retention.ts'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { openRealStore, type RealStore } from '../../support/real-store.ts'
import { openTwoStores } from '../../support/two-stores.ts'

let real: RealStore

beforeAll(async () => {
  real = await openRealStore()
})

afterAll(() => real.close())

beforeEach(async () => {
  await real.database.query(
    'truncate dbos.workflow_status, dbos.operation_outputs, dbos.workflow_input cascade',
  )
  await real.database.query(`
    insert into dbos.workflow_status (workflow_uuid, status, name, created_at, updated_at, completed_at)
    select 'w-' || n, case when n % 10 = 0 then 'PENDING' else 'SUCCESS' end, 'w', n, n,
      case when n % 10 <> 0 then n end
    from generate_series(1, 1000) n`)
  await real.database.query(`
    insert into dbos.operation_outputs (workflow_uuid, function_id, function_name)
    select 'w-' || n, s, 'step' from generate_series(1, 1000) n, generate_series(0, 2) s`)
})

async function deleteAll(boundary: Date, limit = 70): Promise<number> {
  let [deleted, from]: [number, RetentionPlace | undefined] = [0, undefined]
  do {
    const batch = await real.store.deleteEnded({ boundary, limit, from })
    deleted += batch.deleted
    from = batch.next
  } while (from)
  return deleted
}

const left = async () =>
  (
    await real.database.query(
      `select status, count(*)::int as count, min(completed_at)::int as oldest from dbos.workflow_status group by 1 order by 1`,
    )
  ).map((row) => ({ ...row }))

test('what both rules let go is deleted with its steps, and nothing that goes on', async () => {
  const plan = await real.store.planRetention({ keep: 300, endedBefore: new Date(10_000) })
  expect(plan).toMatchObject({
    ended: 900,
    workflows: 600,
    oldestAt: new Date(1),
    weight: { steps: 1800 },
    isEstimate: false,
  })
  expect(await deleteAll(plan.boundary ?? new Date(0))).toBe(600)
  expect(await left()).toEqual([
    { status: 'PENDING', count: 100, oldest: null },
    { status: 'SUCCESS', count: 300, oldest: 667 },
  ])
  const [steps] = await real.database.query(
    `select count(*)::int as count from dbos.operation_outputs o
     where not exists (select from dbos.workflow_status w where w.workflow_uuid = o.workflow_uuid)`,
  )
  expect(steps).toEqual({ count: 0 })
  expect(await real.store.planRetention({ keep: 300, endedBefore: new Date(10_000) })).toMatchObject({
    workflows: 0,
  })
  expect(await real.store.planRetention({ keep: 301, endedBefore: new Date(10_000) })).toMatchObject({
    boundary: null,
  })
})

test('the time counts where it lets fewer go, and nobody ends at the boundary and goes', async () => {
  const plan = await real.store.planRetention({ keep: 10, endedBefore: new Date(101) })
  expect(plan).toMatchObject({ boundary: new Date(101), workflows: 90 })
  expect(await deleteAll(new Date(101))).toBe(90)
  expect((await left())[1]).toMatchObject({ count: 810, oldest: 101 })
})

test('of several that ended in the same millisecond no more go than may', async () => {
  await real.database.query(`update dbos.workflow_status set completed_at = 7 where status = 'SUCCESS'`)
  expect(await real.store.planRetention({ keep: 899, endedBefore: new Date(1000) })).toMatchObject({
    workflows: 0,
  })
  expect(await deleteAll(new Date(8), 11)).toBe(900)
})

test('children of what goes on stay, and what an older SDK ended goes by its last update', async () => {
  await real.database.query(
    `update dbos.workflow_status set parent_workflow_id = 'w-10' where workflow_uuid = 'w-1'`,
  )
  await real.database.query(
    `update dbos.workflow_status set completed_at = null where workflow_uuid in ('w-2', 'w-3')`,
  )
  const plan = await real.store.planRetention({ keep: 0, endedBefore: new Date(10) })
  expect(plan).toMatchObject({ ended: 900, workflows: 8 })
  expect(await deleteAll(new Date(10), 3)).toBe(8)
  const stay = await real.store.existing(['w-1', 'w-2', 'w-3', 'w-9', 'w-11'])
  expect(stay.toSorted()).toEqual(['w-1', 'w-11'])
})

test('what somebody holds is left alone, and two operators delete nothing twice', async () => {
  const other = await openStore(real.database.target)
  const boundary = new Date(2000)
  const counts = await Promise.all([deleteAll(boundary, 13), deleteAllOf(other, boundary)])
  // What one held while the other came by is left for the next run.
  expect(counts[0] + counts[1] + (await deleteAll(boundary))).toBe(900)
  expect(await left()).toEqual([{ status: 'PENDING', count: 100, oldest: null }])
  await other.close()
})

async function deleteAllOf(one: Store, boundary: Date): Promise<number> {
  let deleted = 0
  for (let batch = { deleted: 1 }; batch.deleted > 0; deleted += batch.deleted) {
    batch = await one.deleteEnded({ boundary, limit: 17, from: undefined })
  }
  return deleted
}

test('each batch has its line, which names what went', async () => {
  const signed = real.store.as({
    actor: { name: 'ada', source: '--as' },
    comment: null,
    recording: 'on',
    onUnrecorded: () => {},
  })
  await signed.deleteEnded({ boundary: new Date(2000), limit: 5, from: undefined })
  expect(await signed.actions({})).toMatchObject([
    { action: 'retain', workflowId: null, after: { deleted: 5 }, by: 'ada' },
  ])
  expect(await signed.actions({ workflowId: 'w-5' })).toHaveLength(1)
  expect(await signed.actions({ workflowId: 'w-7' })).toEqual([])
})

test('the fake store and the real one agree', async () => {
  const old = (id: string, minute: number) => {
    const at = new Date(Date.UTC(2026, 0, 1, 0, minute))
    return { workflowId: id, status: 'SUCCESS' as const, createdAt: at, completedAt: at }
  }
  const stores = await openTwoStores([old('a', 1), old('b', 2), old('c', 3), { workflowId: 'runs' }])
  for (const [keep, minute] of [
    ...[
      [0, 3],
      [1, 59],
      [2, 2],
      [3, 59],
      [4, 59],
      [0, 0],
    ],
  ] as const) {
    const endedBefore = new Date(Date.UTC(2026, 0, 1, 0, minute))
    await stores.ask(async (one) => {
      const { weight, ...plan } = await one.planRetention({ keep: keep ?? 0, endedBefore })
      return plan
    })
  }
  const boundary = new Date(Date.UTC(2026, 0, 1, 0, 3))
  expect(
    await stores.ask(async (one) => (await one.deleteEnded({ boundary, limit: 9, from: undefined })).deleted),
  ).toBe(2)
  await stores.close()
})
