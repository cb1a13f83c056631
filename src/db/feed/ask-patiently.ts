import { monotonicMs } from '../../core/words/long-timer.ts'
import type { Moments } from '../connection/connect.ts'
import { retryWhileDisconnected } from '../connection/retry-while-disconnected.ts'
import type { OpenDatabase } from '../executors/open-database.ts'

/**
 * Asks the database for all who follow, while it comes and goes: `tookMs` is what the answer took, without the turn that was
 * waited for and without connecting anew. Undefined once `signal` aborts or the store is closed.
 */
export type Ask = <Result>(
  read: (moments: Moments) => Promise<Result>,
  tookMs?: (ms: number) => void,
) => Promise<{ readonly result: Result } | undefined>

export interface Asking {
  readonly ask: Ask
  /** What was said of the database that is away; undefined while it answers. */
  outage(): string | undefined
}

export function createAsking(
  { session, timing, listener }: Pick<OpenDatabase, 'session' | 'timing' | 'listener'>,
  signal: () => AbortSignal,
  onNotice: (notice: string) => void,
): Asking {
  let outage: string | undefined
  return {
    outage: () => outage,
    ask: (read, tookMs = () => {}) => {
      const options = {
        signal: signal(),
        countsFromTurn: true,
        onNotice: (notice: string) => {
          outage = outage === undefined ? notice : undefined
          onNotice(notice)
        },
      }
      const timed = async (onTurn: () => void) => {
        let sentMs = monotonicMs()
        const onSent = (): void => {
          sentMs = monotonicMs()
        }
        const result = await read({ onTurn, onSent })
        tookMs(monotonicMs() - sentMs)
        return { result }
      }
      return retryWhileDisconnected(session, timing, options, timed, listener.check).finally(() => {
        outage = undefined
      })
    },
  }
}
