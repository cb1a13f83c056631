import { expect, test } from 'vitest'
import { runChaos } from './chaos-round.ts'
import { expectAll } from './expect-all.ts'

test('50,000 values and 2,000 changes, each once and in order, through 20 cuts and 3 restarts', async () => {
  const plan = { values: 50_000, events: 2000, kills: 20, restarts: 3, valuesPerSecond: 1000 }
  const outcome = await runChaos(plan)
  expect(outcome).toMatchObject({ kills: 20, restarts: 3 })
  expectAll(outcome, plan)
})
