import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { runCli } from '../support/run-cli.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'

/** A role of which Postgres takes one connection only. */
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await seedWorkflow(database, { workflowId: 'w', status: 'SUCCESS', createdAt: new Date() })
  await database.query('create role drover_single login connection limit 1')
  await database.query('grant usage on schema dbos to drover_single')
  await database.query('grant select on all tables in schema dbos to drover_single')
})
afterAll(async () => {
  await database.query('drop owned by drover_single')
  await database.query('drop role drover_single')
  await database.drop()
})

test.each([['doctor'], ['list'], ['watch w'], ['wait w'], ['export w']])(
  'one connection is enough for %s, or is said to be too few',
  async (line) => {
    const { url } = database.targetAs('drover_single')
    const { code, stdout, stderr } = await runCli([...line.split(' '), '--db-url', url], { openStore })
    expect(stderr).not.toMatch(/bug in drover|delivers no notifications/)
    if (line === 'export w')
      expect({ code, stderr }).toMatchObject({
        code: 69,
        stderr: expect.stringMatching(/no more connections/),
      })
    else expect({ line, code, stdout, stderr }).not.toMatchObject({ code: 69 })
  },
)
