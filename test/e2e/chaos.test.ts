import { expect, test } from 'vitest'
import { runChaos } from '../chaos/chaos-round.ts'
import { expectAll } from '../chaos/expect-all.ts'

test('every value once and in order through cut connections and a restarted server', async () => {
  const plan = { values: 1500, events: 60, kills: 4, restarts: 1, valuesPerSecond: 1000 }
  const outcome = await runChaos(plan)
  expect(outcome).toMatchObject({ kills: 4, restarts: 1 })
  expectAll(outcome, plan)
})
