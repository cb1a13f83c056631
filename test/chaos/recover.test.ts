import { afterAll, beforeAll, expect, test } from 'vitest'
import { crashCluster } from '../support/crash-cluster.ts'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'

let given: DatabaseAndHome

beforeAll(async () => {
  given = await createDatabaseAndHome({ own: false })
})

afterAll(() => given.remove())

const workflows = 300
const steps = 4

test('a hundred kills and stops over three hundred workflows: each ends once, nothing of the living is touched', async () => {
  const faults = Array.from({ length: 100 }, () => ({
    kind: Math.random() < 0.5 ? ('kill' as const) : ('stop' as const),
    victim: Math.floor(Math.random() * 3),
    pauseMs: Math.floor(Math.random() * 1500),
  }))
  const report = await crashCluster({ ...given, workflows, steps, stepMs: 400, faults })
  const kills = faults.filter(({ kind }) => kind === 'kill').length
  process.stdout.write(
    `${kills} kills and ${100 - kills} stops; recovered ${report.recovered} workflows of ${report.takenFrom.size} executors; ${report.attempts - report.effects} of ${report.attempts} attempts at a step were repeated\n`,
  )
  expect(report).toMatchObject({
    statuses: { SUCCESS: workflows },
    endings: { 1: workflows },
    effects: workflows * steps,
    recoverCode: 0,
  })
  expect(report.killed.size).toBe(kills)
  expect([...report.takenFrom].filter((executorId) => !report.killed.has(executorId))).toEqual([])
})
