import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { runDrover } from '../support/drover-process.ts'
import { killExports, killImports } from '../support/killed-transfers.ts'

let given: DatabaseAndHome

beforeEach(async () => {
  given = await createDatabaseAndHome({ own: false })
  const { database, home } = given
  expect(await runDrover(['audit', 'init', '--db-url', database.target.url], { home })).toMatchObject({
    code: 0,
  })
})

afterEach(() => given.remove())

test('after each of 150 kills an import is whole or not there, and again it is whole, with nothing twice', async () => {
  const { kills, whole, nothing, wrong } = await killImports(given, 150)
  expect({ kills, wrong }).toEqual({ kills: 150, wrong: [] })
  expect(whole).toBeGreaterThan(0)
  expect(nothing).toBeGreaterThan(0)
})

test('what 40 killed exports left is refused as cut off', async () => {
  const { kills, nothing, wrong } = await killExports(given, 40)
  expect({ kills, wrong }).toEqual({ kills: 40, wrong: [] })
  expect(nothing).toBeGreaterThan(0)
})
