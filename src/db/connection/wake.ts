import { startTimer } from '../../core/words/long-timer.ts'

/** A bell beside a bed: whoever sleeps wakes at the first ring, also at one that came just before. */
export interface Wake {
  ring(): void
  /** Resolves at a ring, after `ms`, or when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Forgets a ring that nobody slept through. */
  reset(): void
}

export function createWake(): Wake {
  let rang = false
  let wakeUp = (): void => {}
  return {
    ring: () => {
      rang = true
      wakeUp()
    },
    reset: () => {
      rang = false
    },
    sleep: async (ms, signal) => {
      if (rang || signal.aborted) return
      await new Promise<void>((resolve) => {
        const stop = startTimer(() => wakeUp(), ms)
        wakeUp = () => {
          stop()
          signal.removeEventListener('abort', wakeUp)
          resolve()
        }
        signal.addEventListener('abort', wakeUp, { once: true })
      })
      wakeUp = () => {}
    },
  }
}
