import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../../src/db/open-store.ts'
import { startPooler } from '../../runtime/pooler.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { runCli } from '../../support/run-cli.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'
import { openTwoStores } from '../../support/two-stores.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ own: false })
})
afterAll(() => database.drop())

test('a server that is well says so', async () => {
  const store = await openStore(database.target)
  const health = await store.health()
  expect(health).toMatchObject({
    serverVersion: expect.stringMatching(/^\d+\.\d+$/),
    isListening: true,
    isPooled: false,
    isReplica: false,
    seesSessions: true,
    mayNot: [],
    backlog: [],
    dead: { count: 0, ids: [] },
  })
  expect(health.migration).toBeGreaterThanOrEqual(123)
  const askedAtMs = Date.now()
  const clock = await store.clock()
  const tookMs = Date.now() - askedAtMs
  expect(Math.abs(clock.getTime() - askedAtMs)).toBeLessThan(2000 + tookMs)
  await store.close()
})

test('a role that may only read is told what it lacks', async () => {
  const role = `reader_${database.name}`
  await database.query(`create role ${role} login`)
  await database.query(`grant usage on schema dbos to ${role}`)
  await database.query(`grant select on all tables in schema dbos to ${role}`)
  const store = await openStore(database.targetAs(role))
  const { code, stdout } = await runCli('doctor', { store, now: new Date() })
  expect(code).toBe(0)
  expect(stdout).toContain(
    `warn\tprivileges\t${role} may read, not send, approve or start; it does not see the sessions of others`,
  )
  expect(stdout).toContain('warn\torphans\tcannot be told')
  await database.query(`drop owned by ${role}`)
  await database.query(`drop role ${role}`)
})

test('a role that may decide is told so, and a missing record of decisions is', async () => {
  const role = `clerk_${database.name}`
  await database.query(`create role ${role} login`)
  const owner = await openStore(database.target)
  const store = await openStore(database.targetAs(role))
  await database.query(`grant usage on schema dbos to ${role}`)
  await database.query(`grant select on all tables in schema dbos to ${role}`)
  expect(await store.health()).toMatchObject({ mayNot: ['send', 'approve', 'start'], hasRecord: false })
  await owner.createRecord({ decider: role, run: true })
  expect(await store.health()).toMatchObject({ mayNot: ['send', 'start'], hasRecord: true })
  await database.query(`revoke execute on all functions in schema drover from ${role}`)
  expect(await store.health()).toMatchObject({ mayNot: ['send', 'approve', 'start'] })
  await store.close()
  await owner.close()
  await database.query(`drop owned by ${role}`)
  await database.query(`drop role ${role}`)
})

test('what waits since it was put on its queue again counts from then', async () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  const workflow = { workflowId: 'again', status: 'ENQUEUED', queue: 'kids' } as const
  await seedWorkflow(database, { ...workflow, createdAt: minutesAgo(17) })
  const again = minutesAgo(3)
  await database.query(`update dbos.workflow_status set updated_at = $1 where workflow_uuid = 'again'`, [
    again.getTime(),
  ])
  const store = await openStore(database.target)
  expect((await store.health()).backlog).toMatchObject([{ oldestId: 'again', oldestAt: again }])
  await store.close()
  await database.query(`delete from dbos.workflow_status where workflow_uuid = 'again'`)
})

test('what is behind a pooler is told apart from what is not there', async () => {
  const pooler = await startPooler(database.target.url)
  const store = await openStore({ ...database.target, url: pooler.url })
  expect(await store.health()).toMatchObject({ isPooled: true, seesSessions: true })
  const { stdout } = await runCli('doctor', { store, now: new Date() })
  expect(stdout).toContain(
    'warn\torphans\tcannot be told: a connection pooler hides the sessions of others\tname the server',
  )
  await pooler.close()
})

test('orphans, what is stuck, dead or unread is found in the tables', async () => {
  const old = new Date(Date.now() - 10 * 60_000)
  await seedWorkflow(database, { workflowId: 'orphan', executorId: 'gone-1', createdAt: old })
  await seedWorkflow(database, { workflowId: 'stuck', status: 'ENQUEUED', queue: 'nowhere', createdAt: old })
  await seedWorkflow(database, {
    workflowId: 'dead',
    status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED',
    createdAt: old,
  })
  await seedWorkflow(database, {
    workflowId: 'late',
    status: 'SUCCESS',
    createdAt: old,
    unread: [{ topic: 't', message: 1 }],
  })
  const { code, stdout } = await runCli('doctor -o json', {
    store: await openStore(database.target),
    now: new Date(),
  })
  expect(code).toBe(5)
  const findings: { check: string; verdict: string; fix: string }[] = JSON.parse(stdout)
  const of = (check: string) => findings.find((finding) => finding.check === check)
  expect(of('orphans')).toMatchObject({ verdict: 'fail', fix: 'drover explain orphan' })
  expect(of('stuck')).toMatchObject({ verdict: 'fail', fix: 'drover explain stuck' })
  expect(of('dead')).toMatchObject({ verdict: 'warn', fix: 'drover explain dead' })
  expect(of('unread')).toMatchObject({ verdict: 'warn', fix: 'drover messages late' })
})

test('a message on a wrong topic is found in the tables, one that is sent ahead is not', async () => {
  const createdAt = new Date()
  const waiting = {
    name: 'order',
    createdAt,
    did: [
      { event: 'awaiting:approve', value: 'Approve?' },
      { recv: 'approve', timedOut: true },
      { event: 'awaiting:ship', value: 'Ship it?' },
      { recv: 'ship', timeoutSeconds: 3600 },
    ],
  }
  const later = new Date(createdAt.getTime() + 3_600_000)
  const stores = await openTwoStores([
    { workflowId: 'earlier', name: 'order', status: 'SUCCESS', did: [{ recv: 'receipt', message: 1 }] },
    { workflowId: 'other', name: 'refund', status: 'SUCCESS', did: [{ recv: 'shipp', message: 1 }] },
    { ...waiting, workflowId: 'wrong', unread: [{ topic: 'shipp', message: 'yes' }] },
    { ...waiting, workflowId: 'without', unread: [{ topic: null, message: 'yes', sentAt: later }] },
    {
      ...waiting,
      workflowId: 'ahead',
      unread: ['receipt', 'approve', 'ship'].map((topic) => ({ topic, message: 1 })),
    },
    { workflowId: 'ended', status: 'SUCCESS', unread: [{ topic: 'shipp', message: 1 }] },
  ])
  expect(await stores.ask(async (store) => (await store.health()).unknownTopics)).toEqual([
    { workflowId: 'without', topics: [null] },
    { workflowId: 'wrong', topics: ['shipp'] },
  ])
  const { stdout } = await runCli('doctor', { store: stores.real, now: new Date() })
  expect(stdout).toContain(
    'warn\ttopics\twrong waits for a message on topic ship; a message on topic shipp lies there unread\tdrover approve wrong#4',
  )
  await stores.close()
})

test('an index on names is made in databases of drover, and told elsewhere what makes it', async () => {
  const own = await createTestDatabase({ own: true })
  for (const [name, made] of [
    [own, true],
    [database, false],
  ] as const) {
    await (await openStore(name.target)).close()
    expect(
      await name.query(`select 1 from pg_indexes where indexname = 'drover_workflow_status_name'`),
    ).toHaveLength(made ? 1 : 0)
  }
})
