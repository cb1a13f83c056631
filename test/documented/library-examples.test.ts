import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type DroverProcess, startDrover, untilReady } from '../support/drover-process.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

let database: TestDatabase
let home: string
let worker: DroverProcess
beforeAll(async () => {
  database = await createTestDatabase()
  home = await createHome()
  const env = { DROVER_DB_URL: database.target.url }
  worker = startDrover(['worker', '--app', 'drover:demo'], { home, env })
  await untilReady(worker)
})
afterAll(async () => {
  worker.process.kill('SIGTERM')
  await worker.ended
  await database.drop()
  await removeHome(home)
})

test('the examples do what their README says, all at once', async () => {
  const client = path.join(import.meta.dirname, '../../examples/client.js')
  const env = { PATH: process.env.PATH, DROVER_HOME: home, DROVER_DB_URL: database.target.url }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [client], { cwd: home, env })
  expect(stderr).toBe('')
  const said = (name: string) =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith(name))
      .map((line) => line.slice(11))
  expect(said('events').slice(-4)).toEqual([
    'progress 100 %',
    'status is completed',
    'all events: progress, result, status',
    '5 results, their sum is 898',
  ])
  expect(said('approval')).toEqual([
    'approved by ada (looks fine)',
    'rejected by ada (not today)',
    'timed-out (nobody answered within 1 s)',
    'approved by a webhook',
    'the record says: rejected by ada, "not today"',
  ])
  expect(said('streaming').slice(-2)).toEqual([
    'complete: Workflow completed successfully',
    '12 values in all',
  ])
})
