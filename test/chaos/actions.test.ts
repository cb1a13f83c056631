import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { runDrover } from '../support/drover-process.ts'
import { killActions } from '../support/killed-actions.ts'

let given: DatabaseAndHome

beforeAll(async () => {
  given = await createDatabaseAndHome({ own: false })
  const { database, home } = given
  expect(await runDrover(['audit', 'init', '--db-url', database.target.url], { home })).toMatchObject({
    code: 0,
  })
})

afterAll(() => given.remove())

test('after 200 kills there is no change without its line, and no line without its change', async () => {
  const { kills, wrong, changed, unchanged } = await killActions(given, 200)
  expect({ kills, wrong }).toEqual({ kills: 200, wrong: [] })
  expect(changed).toBeGreaterThan(0)
  expect(unchanged).toBeGreaterThan(0)
})
