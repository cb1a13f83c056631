import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { runDrover } from '../support/drover-process.ts'
import { killActions } from '../support/killed-actions.ts'
import { killedVerbs } from '../support/killed-verbs.ts'

let given: DatabaseAndHome

beforeAll(async () => {
  given = await createDatabaseAndHome({ own: false })
  const { database, home } = given
  expect(await runDrover(['audit', 'init', '--db-url', database.target.url], { home })).toMatchObject({
    code: 0,
  })
})

afterAll(() => given.remove())

const kills = 30

test.each(killedVerbs.map((verb) => [verb.action, verb] as const))(
  '%s: after 30 kills there is no change without its line, no line without its change, and the same command goes on',
  async (_, verb) => {
    const found = await killActions(given, { verbs: [verb], kills, again: true })
    expect(found).toMatchObject({ kills, wrong: [] })
    expect(found.changed).toBeGreaterThan(0)
    expect(found.unchanged).toBeGreaterThan(0)
  },
)
