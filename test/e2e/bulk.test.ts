import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { interruptBulk, interruptedVerbs } from '../support/interrupted-bulk.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

let database: TestDatabase
let home: string

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  home = await createHome()
})

afterAll(async () => {
  await database.drop()
  await removeHome(home)
})

const count = 500

test.each(interruptedVerbs)(
  '%s of 500 workflows, killed half-way, is finished by the same command, none done twice',
  async (verb, status, after) => {
    const changes = await interruptBulk({ database, home, verb, status, count, perSecond: 800 })
    expect(changes.size).toBe(count)
    expect([...changes.values()].filter((times) => times !== 1)).toEqual([])
    const rows = await database.query(
      `select status, count(*)::int as count from dbos.workflow_status
       where name = $1 and forked_from is null group by 1`,
      [`${verb}-me`],
    )
    expect(rows).toEqual(after ? [{ status: after, count }] : [])
  },
)
