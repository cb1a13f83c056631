import type { Context } from '../../context.ts'

const largestBatch = 100

const batchesPerSecond = 10

/** Holds a rate over the whole run: what one batch took is not waited for again. */
export function createPace({ now, sleep, interrupts }: Context, perSecond: number | undefined) {
  const startMs = now().getTime()
  let begun = 0
  return {
    batchSize:
      perSecond === undefined
        ? largestBatch
        : Math.min(largestBatch, Math.max(1, Math.floor(perSecond / batchesPerSecond))),
    wait: async (count: number): Promise<void> => {
      const dueMs = perSecond === undefined ? startMs : startMs + (begun / perSecond) * 1000
      begun += count
      const waitMs = dueMs - now().getTime()
      if (waitMs > 0) await sleep(waitMs, interrupts.signal)
    },
  }
}
