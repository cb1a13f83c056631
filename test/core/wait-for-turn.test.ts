import { expect, test } from 'vitest'
import { waitForTurn } from '../../src/core/wait-for-turn.ts'

/** A turn that is ours at the `takenAt`th try; `times` is how often it slept and was said to take long. */
function turn(takenAt: number) {
  const times = { tries: 0, slept: 0, noticed: 0 }
  return {
    times,
    take: async () => ++times.tries >= takenAt,
    sleep: async () => ++times.slept,
    onLongWait: () => {
      times.noticed++
    },
  }
}

test('a turn that is free is taken at once, and nothing is said', async () => {
  const free = turn(1)
  expect(await waitForTurn(free)).toBe(true)
  expect(free.times).toEqual({ tries: 1, slept: 0, noticed: 0 })
})

test('a turn that others have is waited for, and that is said once', async () => {
  const held = turn(5)
  expect(await waitForTurn(held, { pollMs: 1, noticeAfterMs: -1, giveUpAfterMs: 60_000 })).toBe(true)
  expect(held.times).toEqual({ tries: 5, slept: 4, noticed: 1 })
})

test('a turn that never comes is given up', async () => {
  const held = turn(Number.POSITIVE_INFINITY)
  expect(await waitForTurn(held, { pollMs: 1, noticeAfterMs: -1, giveUpAfterMs: -1 })).toBe(false)
  expect(held.times.tries).toBe(1)
})
