import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WorkflowFilter } from '../../../src/core/manage/workflow-filter.ts'
import type { RootsQuery } from '../../../src/core/roots.ts'
import type { WorkflowSummary } from '../../../src/core/workflow.ts'
import { createSession, type Session } from '../../../src/db/connection/connect.ts'
import { readFailures } from '../../../src/db/read/look/read-failures.ts'
import { readRoots } from '../../../src/db/read/look/read-roots.ts'
import { readFacts } from '../../../src/db/read/read-facts.ts'
import { listWorkflows } from '../../../src/db/read/read-workflows.ts'
import { createNameIndex } from '../../../src/db/tables/name-index.ts'
import { readSchema, type SystemSchema } from '../../../src/db/tables/schema.ts'
import { countBuffers } from '../../support/count-buffers.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

/**
 * What `list` reads does not grow with what is there: 40,000 ended workflows, and newer than all of them a fan-out that is
 * larger than the look. Twice as many would be read for no buffer more.
 */
let database: TestDatabase
let session: Session
let schema: SystemSchema

const insert = (values: string, count: number) => `
  insert into dbos.workflow_status
    (workflow_uuid, name, status, created_at, updated_at, completed_at, parent_workflow_id, executor_id, serialization)
  select ${values} from generate_series(1, ${count}) n`

beforeAll(async () => {
  database = await createTestDatabase()
  await database.query(
    insert(`'old-' || n, 'checkout', 'SUCCESS', n * 10, n * 10, n * 10 + 5, null, 'web-1', null`, 40_000),
  )
  await database.query(
    `update dbos.workflow_status set name = 'rare', workflow_uuid = 'rare-1' where workflow_uuid = 'old-40000'`,
  )
  await database.query(insert(`'root', 'resizeAll', 'PENDING', 500000, 500000, null, null, 'web-1', null`, 1))
  await database.query(
    insert(
      `'root-' || n, 'resizeOne', case when n % 3 = 0 then 'ERROR' else 'SUCCESS' end, 500000 + n, 500000 + n, 600000 + n, 'root', 'web-1', null`,
      15_000,
    ),
  )
  await database.query(
    insert(`'new-' || n, 'checkout', 'ENQUEUED', 900000 + n, 900000 + n, null, null, '', null`, 3),
  )
  await database.query(`
    insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, started_at_epoch_ms, completed_at_epoch_ms)
    select 'root', n, 'child', '1', 500000, 500000 from generate_series(0, 9999) n`)
  await database.query(`
    insert into dbos.workflow_output (workflow_uuid, error)
    select workflow_uuid, '{"json":{"name":"Error","message":"image ' || created_at || ' is corrupt"}}'
    from dbos.workflow_status where status = 'ERROR'`)
  await database.query('vacuum analyze dbos.workflow_status')
  await database.query('vacuum analyze dbos.operation_outputs')
  session = createSession(database.target)
  schema = await readSchema(session)
})

afterAll(() => session.close())

test('roots behind a fan-out are found by its children, and where the look stopped is told', async () => {
  const counted = countBuffers(session)
  const page = await readRoots({ session: counted.session, schema }, { limit: 20 })
  expect(page.roots.map(({ workflowId }) => workflowId)).toEqual(['new-3', 'new-2', 'new-1', 'root'])
  expect(page).toMatchObject({ rootCount: 4, childCount: 9997, stoppedAt: new Date(505_004) })
  expect(counted.taken()).toBeLessThan(1500)
  const few = await readRoots({ session: counted.session, schema }, { limit: 20, look: 2000 })
  expect(few.roots).toHaveLength(4)
  expect(counted.taken()).toBeLessThan(500)
})

test('the next page, and the oldest first', async () => {
  const counted = countBuffers(session)
  const root = { workflowId: 'root', createdAt: new Date(500_000) }
  const page = await readRoots({ session: counted.session, schema }, { limit: 20, after: root })
  expect(page.roots[0]?.workflowId).toBe('rare-1')
  expect(page).toMatchObject({ rootCount: 10_000, childCount: 0 })
  const oldest = await readRoots({ session: counted.session, schema }, { limit: 2, order: 'oldest' })
  expect(oldest.roots.map(({ workflowId }) => workflowId)).toEqual(['old-1', 'old-2'])
  expect(counted.taken()).toBeLessThan(1500)
})

test('why each of a page is where it is costs the same whatever is behind it', async () => {
  const { roots } = await readRoots({ session, schema }, { limit: 20 })
  const counted = countBuffers(session)
  const open = { session: counted.session, schema, executors: async () => [] }
  const { facts } = await readFacts(open as never, roots)
  expect(facts.get('root')?.children).toMatchObject({ total: 1000, isMore: true })
  expect(facts.get('root')?.lastStep?.step).toBe(9999)
  expect(counted.taken()).toBeLessThan(600)
})

test('errors are grouped from so many of the newest', async () => {
  const counted = countBuffers(session)
  const { failures, stoppedAt } = await readFailures({ session: counted.session, schema }, {}, 500)
  expect({ count: failures.length, stoppedAt }).toEqual({ count: 500, stoppedAt: new Date(513_503) })
  expect(counted.taken()).toBeLessThan(4000)
  const rare = { name: 'rare', since: new Date(0) }
  expect(await readFailures({ session: counted.session, schema }, rare, 500)).toEqual({
    failures: [],
    stoppedAt: new Date(513_503),
  })
  expect(counted.taken()).toBeLessThan(2000)
  const all = await readFailures(
    { session: counted.session, schema },
    { status: ['ERROR', 'SUCCESS'] },
    10_000,
  )
  expect({ count: all.failures.length, stoppedAt: all.stoppedAt }).toEqual({ count: 5000, stoppedAt: null })
  expect(await readFailures({ session, schema }, { status: 'PENDING' }, 9)).toEqual({
    failures: [],
    stoppedAt: null,
  })
})

test('roots of a rare name are looked for among the newest only, and by the index on names where there is one', async () => {
  const counted = countBuffers(session)
  const rare = { hasParent: false, name: 'rare' }
  const look = (filter: WorkflowFilter, more: Partial<RootsQuery> = {}) =>
    readRoots({ session: counted.session, schema }, { limit: 20, filter, ...more })
  expect(await look(rare)).toMatchObject({
    roots: [],
    rootCount: 0,
    childCount: 0,
    stoppedAt: new Date(505_004),
  })
  expect(counted.taken()).toBeLessThan(1500)
  const behind = await look({ ...rare, until: new Date(400_001) })
  expect(behind).toMatchObject({
    roots: [{ workflowId: 'rare-1' }],
    rootCount: 1,
    stoppedAt: new Date(300_010),
  })
  expect(counted.taken()).toBeLessThan(1500)
  expect(await look({ ...rare, until: new Date(400_001) }, { look: 2000 })).toMatchObject({
    roots: [{ workflowId: 'rare-1' }],
  })
  expect(counted.taken()).toBeLessThan(500)
  const failed = await look({ hasParent: false, status: ['ERROR', 'PENDING'] })
  expect(failed).toMatchObject({ roots: [{ workflowId: 'root' }], stoppedAt: null })
  await database.query(createNameIndex({ schema }, { concurrently: false }))
  expect(counted.taken()).toBeGreaterThan(0)
  expect(await look(rare)).toMatchObject({ roots: [{ workflowId: 'rare-1' }], rootCount: 1, stoppedAt: null })
  expect(counted.taken()).toBeLessThan(200)
})

test('who ended since then is found by the index on that', async () => {
  const counted = countBuffers(session)
  const query = { limit: 20, endedSince: new Date(614_990) }
  expect(await listWorkflows({ session: counted.session, schema }, query)).toHaveLength(11)
  expect(counted.taken()).toBeLessThan(100)
})

test('one whose parent was deleted is a root, however many are looked at for it', async () => {
  await database.query(
    insert(
      `'lost-' || n, 'resizeOne', 'SUCCESS', 900000 + n * 2, 0, 900000, 'gone-' || (n % 3), 'web-1', null`,
      30,
    ),
  )
  await database.query(
    insert(`'kept-' || n, 'resizeOne', 'SUCCESS', 890000 + n, 0, 890000, 'old-' || n, 'web-1', null`, 3000),
  )
  await database.query('vacuum analyze dbos.workflow_status')
  const counted = countBuffers(session)
  const look = async (query: RootsQuery) =>
    (await readRoots({ session: counted.session, schema }, query)).roots.map(({ workflowId }) => workflowId)
  const newest = ['lost-30', 'lost-29', 'lost-28']
  expect(await look({ limit: 3 })).toEqual(newest)
  expect(counted.taken()).toBeLessThan(2000)
  expect(await look({ limit: 3, look: 2000 })).toEqual(newest)
  expect(counted.taken()).toBeLessThan(800)
  expect(await look({ limit: 34, look: 2000, nearOnly: true })).toHaveLength(33)
  const [last = ''] = await look({ limit: 3, filter: { name: 'resizeOne', hasParent: false } })
  expect(last).toBe('lost-30')
  const after = { workflowId: 'lost-3', createdAt: new Date(900_006) }
  expect(await look({ limit: 2, look: 1000, after })).toEqual(['lost-2', 'new-3'])
})

test('a page of very many that wait, near or far in its order', async () => {
  const start = 1_000_000
  /** How long after the start those of the first two pages were created. */
  const pages = async (order: 'newest' | 'oldest') => {
    const status = ['ENQUEUED', 'DELAYED'] as const
    const query = { status, order, limit: 5, since: new Date(start) }
    const read = (after?: WorkflowSummary) => listWorkflows({ session, schema }, { ...query, after })
    const page = await read()
    return [...page, ...(await read(page.at(-1)))].map(({ createdAt }) => createdAt.getTime() - start)
  }
  const status = `case when n % 2 = 0 then 'ENQUEUED' else 'DELAYED' end`
  await database.query(
    insert(`'waits-' || n, 'checkout', ${status}, ${start} + n, 0, null, null, '', null`, 4000),
  )
  await database.query('vacuum analyze dbos.workflow_status')
  const newest = Array.from({ length: 10 }, (_, index) => 4000 - index)
  const oldest = Array.from({ length: 10 }, (_, index) => 1 + index)
  expect(await pages('newest')).toEqual(newest)
  expect(await pages('oldest')).toEqual(oldest)
  // So many of others, before and after those, that the look ends before it comes to them.
  for (const at of [start, start + 5000]) {
    const ended = `'ended-${at}-' || n, 'checkout', 'SUCCESS', ${at}, 0, 1, null, '', null`
    await database.query(insert(ended, 11_000))
  }
  expect(await pages('newest')).toEqual(newest)
  expect(await pages('oldest')).toEqual(oldest)
})
