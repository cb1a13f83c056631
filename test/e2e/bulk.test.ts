import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { interruptBulk, interruptedVerbs } from '../support/interrupted-bulk.ts'

let given: DatabaseAndHome

beforeAll(async () => {
  given = await createDatabaseAndHome({ own: false })
})

afterAll(() => given.remove())

const count = 500

test.each(interruptedVerbs)(
  '%s of 500 workflows, killed half-way, is finished by the same command, none done twice',
  async (verb, status, after) => {
    const changes = await interruptBulk({ ...given, verb, status, count, perSecond: 800 })
    expect(changes.size).toBe(count)
    expect([...changes.values()].filter((times) => times !== 1)).toEqual([])
    const rows = await given.database.query(
      `select status, count(*)::int as count from dbos.workflow_status
       where name = $1 and forked_from is null group by 1`,
      [`${verb}-me`],
    )
    expect(rows).toEqual(after ? [{ status: after, count }] : [])
  },
)
