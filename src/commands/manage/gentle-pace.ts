import type { Context } from '../../context.ts'

const smallest = 50
const largest = 1000
/** A transaction that is longer would be felt by who waits for the same pages, or for the log to be written. */
const aimMs = 100

interface GentlePace {
  /** Runs a batch that is as large as the time for it allows, once it is its turn. */
  run<Batch>(
    use: (limit: number) => Promise<Batch & { readonly deleted: number }>,
  ): Promise<Batch & { readonly deleted: number }>
}

/** Short batches, and after each a rest as long as it took; or so many a second, where that was asked for. */
export function createGentlePace(
  { now, sleep, interrupts }: Pick<Context, 'now' | 'sleep' | 'interrupts'>,
  perSecond: number | undefined,
): GentlePace {
  let size = smallest
  return {
    run: async (use) => {
      const limit = perSecond === undefined ? size : Math.max(1, Math.min(size, perSecond))
      const startMs = now().getTime()
      const batch = await use(limit)
      const tookMs = Math.max(1, now().getTime() - startMs)
      if (batch.deleted === limit) {
        size = Math.round(Math.min(largest, Math.max(smallest, size * Math.min(2, aimMs / tookMs))))
      }
      const restMs = perSecond === undefined ? tookMs : (batch.deleted / perSecond) * 1000 - tookMs
      if (batch.deleted > 0 && restMs > 0) await sleep(restMs, interrupts.signal)
      return batch
    },
  }
}
