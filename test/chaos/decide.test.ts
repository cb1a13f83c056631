import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DecisionRaces, openDecisionRaces } from '../support/decision-races.ts'

let races: DecisionRaces

beforeAll(async () => {
  races = await openDecisionRaces()
})

afterAll(() => races.close())

test('of two processes that approve and reject at the same time one decides, two hundred times', async () => {
  const winners: string[] = []
  for (let round = 0; round < 200; round++) {
    winners.push(await races.run(round))
  }
  expect(new Set(winners)).toEqual(new Set(['approved', 'rejected']))
})
