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

const count = 10_000

test.each(interruptedVerbs)(
  '%s of 10,000 workflows, killed half-way, is finished by the same command, none done twice',
  async (verb, status) => {
    const changes = await interruptBulk({ database, home, verb, status, count, perSecond: 1000 })
    expect(changes.size).toBe(count)
    expect([...changes.values()].filter((times) => times !== 1)).toEqual([])
  },
)
