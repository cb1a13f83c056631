import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { hostilePlan, sayCounts } from '../support/hostile-plan.ts'
import { runCli } from '../support/run-cli.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'

const calls = hostilePlan.isShort ? 2000 : 20_000

/** Somebody else's database, and a clerk who may decide, and floods the record. */
let database: TestDatabase
let role: string
beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  role = `clerk_${database.name}`
  await database.query(`create role ${role} login`)
  const owner = await openStore(database.target)
  await owner.createRecord({ decider: role, run: true })
  await owner.close()
})
afterAll(async () => {
  await database.query(`drop owned by ${role}; drop role ${role}`)
  await database.drop()
})

async function asClerk(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.targetAs(role).url })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

const ask = (workflowId: string) =>
  seedWorkflow(database, {
    workflowId,
    createdAt: new Date(),
    did: [
      { event: 'awaiting:go', value: 'Go?' },
      { recv: 'go', timeoutSeconds: 3600 },
    ],
  })

const flood = (workflowId: string) => `select count(*)::int as count from generate_series(1, ${calls}) n,
  lateral drover.decide_dbos('${workflowId}', 1, 'approved', '"yes"', 'portable_json', 'go', null, 'eve ' || n, 'x', null, false, false) d
  where d.outcome is not null`

const decide = async (line: string) => runCli(line, { store: await openStore(database.target) })

test('a flood of forged decisions is few lines, and others decide meanwhile', async () => {
  await ask('flooded')
  await ask('other')
  const clerk = await asClerk()
  const began = performance.now()
  const flooding = clerk.query(flood('flooded'))
  flooding.catch(() => {})
  const other = await decide('approve other --as ada')
  expect(other).toMatchObject({ code: 0 })
  expect((await flooding).rows).toEqual([{ count: calls }])
  const tookMs = performance.now() - began
  const [{ count } = {}] = await database.query(
    `select count(*)::int as count from drover.decisions where workflow_id = 'flooded'`,
  )
  expect(count).toBeLessThanOrEqual(101)
  sayCounts(`flood: ${calls} calls left ${count} lines in ${(tookMs / 1000).toFixed(1)} s`)
})

test('while the flood holds a wait, who decides the same one gives up after 5 s, and is told which role holds it', async () => {
  await ask('held')
  const clerk = await asClerk()
  await clerk.query('begin')
  await clerk.query(flood('held'))
  const began = performance.now()
  const late = await decide('approve held#1 --as ada')
  const tookMs = performance.now() - began
  sayCounts(`flood: who decides the same wait gave up after ${(tookMs / 1000).toFixed(1)} s`)
  expect(late).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(
      new RegExp(`role ${role} \\(session \\d+\\) has held held#1 .* for more than 5 s`),
    ),
  })
  await clerk.query('rollback')
  expect(await decide('approve held#1 --as ada')).toMatchObject({ code: 0 })
})
