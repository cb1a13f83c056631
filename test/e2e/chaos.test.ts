import { expect, test } from 'vitest'
import { runChaos } from '../chaos/chaos-round.ts'
import { expectAll } from '../chaos/expect-all.ts'

test('every value once and in order through cut connections and a restarted server', async () => {
  const plan = { values: 3000, events: 120, kills: 5, restarts: 1, valuesPerSecond: 1000 }
  const outcome = await runChaos(plan)
  expect(outcome).toMatchObject({ kills: 5, restarts: 1 })
  expectAll(outcome, plan)
})
