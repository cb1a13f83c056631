import { afterAll, beforeAll, expect, test } from 'vitest'
import { crashCluster } from '../support/crash-cluster.ts'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'

let given: DatabaseAndHome

beforeAll(async () => {
  given = await createDatabaseAndHome({ own: false })
})

afterAll(() => given.remove())

test('two workers killed and one stopped: every workflow ends once, and nothing of the living is touched', async () => {
  const report = await crashCluster({
    ...given,
    workflows: 24,
    steps: 3,
    stepMs: 150,
    faults: [
      { kind: 'kill', victim: 0, pauseMs: 0 },
      { kind: 'stop', victim: 1, pauseMs: 1500 },
      { kind: 'kill', victim: 2, pauseMs: 0 },
    ],
  })
  expect(report).toMatchObject({
    statuses: { SUCCESS: 24 },
    endings: { 1: 24 },
    effects: 24 * 3,
    recoverCode: 0,
  })
  expect(report.recovered).toBeGreaterThan(0)
  expect([...report.takenFrom].filter((executorId) => !report.killed.has(executorId))).toEqual([])
})
