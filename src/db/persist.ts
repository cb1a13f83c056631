import { CliError } from '../core/errors.ts'
import type { FollowOptions } from '../core/store.ts'
import type { Session } from './connect.ts'
import { isConnectionLoss } from './failures.ts'
import { createWake } from './wake.ts'

export interface FollowTiming {
  /** A database that does not answer is worth a word after this. */
  readonly noticeAfterMs: number
  /** And not worth waiting for after this. */
  readonly giveUpAfterMs: number
}

export const defaultTiming: FollowTiming = { noticeAfterMs: 2000, giveUpAfterMs: 5 * 60_000 }

const firstRetryMs = 50
const lastRetryMs = 2000

/** Tries `read` again while the connection is lost. Undefined when `signal` aborts or the store closes; throws `connection-lost` in the end. */
export async function persist<Result>(
  session: Session,
  timing: FollowTiming,
  { signal, onNotice }: Pick<FollowOptions, 'signal' | 'onNotice'>,
  read: () => Promise<Result>,
  onRestored: () => void = () => {},
): Promise<Result | undefined> {
  const { label } = session.target
  const retry = createWake()
  const startMs = Date.now()
  let isNoticed = false
  let hasFailed = false
  const timer = setTimeout(() => {
    isNoticed = true
    onNotice?.(`${label} does not answer; drover keeps trying.`)
  }, timing.noticeAfterMs)
  try {
    for (let retryMs = firstRetryMs; !signal.aborted; retryMs = Math.min(lastRetryMs, retryMs * 2)) {
      try {
        const result = await untilAborted(read(), signal)
        if (hasFailed) onRestored()
        if (isNoticed && result) onNotice?.(`${label} answers again.`)
        return result
      } catch (error) {
        if (session.isClosed()) return undefined
        if (!isConnectionLoss(error)) throw error
        hasFailed = true
        if (Date.now() - startMs >= timing.giveUpAfterMs) {
          const minutes = Math.round(timing.giveUpAfterMs / 60_000)
          throw new CliError('connection-lost', `${label} did not come back within ${minutes} minutes.`, {
            hint: 'run the same command again; --from CURSOR goes on where it stopped',
            cause: error,
          })
        }
      }
      await retry.sleep(retryMs * (0.5 + Math.random() / 2), signal)
    }
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** Undefined as soon as `signal` aborts, without waiting for an answer that may never come. */
async function untilAborted<Result>(
  result: Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> {
  let stop = (): void => {}
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([result, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
    result.catch(() => {})
  }
}
