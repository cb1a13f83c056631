import { expect, test } from 'vitest'
import { nextWaitMs, withJitter } from '../../../src/core/words/back-off.ts'

test('waits double from the first to the longest', () => {
  const waits: number[] = []
  for (let index = 0; index < 8; index++) {
    waits.push(nextWaitMs(waits.at(-1) ?? 0, { firstMs: 50, longestMs: 2000 }))
  }
  expect(waits).toEqual([50, 100, 200, 400, 800, 1600, 2000, 2000])
})

test('jitter takes off at most a half', () => {
  for (let index = 0; index < 100; index++) {
    const waitMs = withJitter(80)
    expect(waitMs).toBeGreaterThanOrEqual(40)
    expect(waitMs).toBeLessThanOrEqual(80)
  }
})
