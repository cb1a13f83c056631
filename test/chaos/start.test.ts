import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { runDrover } from '../support/drover-process.ts'

let given: DatabaseAndHome
beforeAll(async () => {
  given = await createDatabaseAndHome()
})
afterAll(() => given.remove())

test('of fifty processes that race for one deduplication id one starts, and the others say who', async () => {
  const { database, home } = given
  const env = { DROVER_DB_URL: database.target.url }
  const args = ['start', 'pay', '--application', 'example', '--queue', 'q', '--dedup', '6/5']
  const runs = await Promise.all(Array.from({ length: 50 }, () => runDrover(args, { home, env })))
  const winners = runs.filter(({ code }) => code === 0)
  expect(winners).toHaveLength(1)
  const id = winners[0]?.stdout.trimEnd()
  for (const { code, stdout, stderr } of runs.filter((run) => run !== winners[0])) {
    expect({ code, stdout }).toEqual({ code: 9, stdout: '' })
    expect(stderr).toContain(`is held by ${id}; nothing was started.`)
  }
  expect(await database.query('select 1 from dbos.workflow_status')).toHaveLength(1)
})
