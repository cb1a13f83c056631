import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { interruptBulk, interruptedMoves, interruptedVerbs } from '../support/interrupted-bulk.ts'

let given: DatabaseAndHome

beforeAll(async () => {
  given = await createDatabaseAndHome({ own: false })
})

afterAll(() => given.remove())

const count = 10_000

test.each([...interruptedVerbs, ...interruptedMoves])(
  '%s of 10,000 workflows, killed half-way, is finished by the same command, none done twice',
  async (verb, status, after) => {
    const { changes, left } = await interruptBulk({ ...given, verb, status, count, perSecond: 1000 })
    expect(changes.size).toBe(count)
    expect([...changes.values()].filter((times) => times !== 1)).toEqual([])
    expect(left).toEqual(after ? { [after]: count } : {})
  },
)
