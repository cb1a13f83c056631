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

async function serve(...args: readonly string[]): Promise<string> {
  const served = startDrover(['serve', '--port', '0', '--db-url', database.target.url, ...args], { home })
  onTestFinished(() => void served.process.kill('SIGKILL'))
  return untilServing(served)
}

test('1,000 clients on 50 workflows through 20 cuts, coming and going: each value once, in order', async () => {
  const url = await serve('--max-streams', '1200')
  const plan = { clients: 1000, workflows: 50, values: 40, cuts: 20, valuesPerSecond: 25, comebacks: 3 }
  const { values, comebacks, mostConnections } = await runCrowd(url, database, plan)
  const all = Array.from({ length: plan.values }, (_, n) => n)
  const wrong = values.filter((one) => JSON.stringify(one) !== JSON.stringify(all))
  expect(wrong).toEqual([])
  expect(values.length).toBe(1000)
  expect(comebacks).toBeGreaterThan(1000)
  expect(mostConnections).toBeLessThanOrEqual(3)
})

const megabyte = 2 ** 20

test('200 clients that read nothing of 200 MB cost a bounded amount of memory', async () => {
  const url = await serve()
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name) values ('big', 'SUCCESS', 'x')`,
  )
  await database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization)
     select 'big', 'k', n, to_json(repeat(md5(n::text), 3200))::text, 'portable_json' from generate_series(0, 1999) n`,
  )
  const memory = async () =>
    ((await (await fetch(`${url}/health`)).json()) as { memory_mb: number }).memory_mb
  const before = await memory()
  const leave = new AbortController()
  onTestFinished(() => leave.abort())
  const clients = Array.from({ length: 200 }, () =>
    fetch(`${url}/v1/workflows/big/streams/k`, { signal: leave.signal }),
  )
  for (const { status } of await Promise.all(clients)) expect(status).toBe(200)
  // Answered after what they asked for is read as far as it will be.
  let [last, now] = [0, await memory()]
  while (now > last * 1.05) {
    for (let turn = 0; turn < 20; turn++) await fetch(`${url}/v1/workflows/big`)
    ;[last, now] = [now, await memory()]
  }
  expect((now - before) * megabyte).toBeLessThan(400 * megabyte)
})
