import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DecisionRaces, openDecisionRaces } from '../support/decision-races.ts'

let races: DecisionRaces

beforeAll(async () => {
  races = await openDecisionRaces()
})

afterAll(() => races.close())

test('of two processes that approve and reject at the same time one decides, six times', async () => {
  for (let round = 0; round < 6; round++) {
    expect(await races.run(round)).toMatch(/approved|rejected/)
  }
})
