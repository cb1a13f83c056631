import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startDrover } from '../support/drover-process.ts'
import { untilServing } from '../support/serving.ts'
import { runCrowd } from '../support/sse-crowd.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

let database: TestDatabase
let home: string
beforeAll(async () => {
  database = await createTestDatabase()
  home = await createHome()
})
afterAll(async () => {
  await database.drop()
  await removeHome(home)
})

test('clients of server-sent events come and go while the database is cut off: each value once, in order', async () => {
  const served = startDrover(['serve', '--port', '0', '--db-url', database.target.url], { home })
  onTestFinished(() => void served.process.kill('SIGKILL'))
  const url = await untilServing(served)
  const plan = { clients: 40, workflows: 8, values: 20, cuts: 3, valuesPerSecond: 100, comebacks: 2 }
  const { values, comebacks, mostConnections } = await runCrowd(url, database, plan)
  const all = Array.from({ length: plan.values }, (_, n) => n)
  expect(values).toEqual(Array.from({ length: plan.clients }, () => all))
  expect(comebacks).toBeGreaterThan(0)
  expect(mostConnections).toBeLessThanOrEqual(2)
})
