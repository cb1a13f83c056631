import { CliError } from '../../core/errors.ts'
import type { FollowOptions } from '../../core/store.ts'
import { nextWaitMs, withJitter } from '../../core/words/back-off.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { startTimer } from '../../core/words/long-timer.ts'
import type { Session } from './connect.ts'
import { isConnectionLoss, isTransient } from './failures.ts'
import { createWake } from './wake.ts'

export interface FollowTiming {
  /** A database that does not answer is worth a word after this. */
  readonly noticeAfterMs: number
  /** And not worth waiting for after this: the setting `reconnectTimeout`, where there is one. */
  readonly giveUpAfterMs: number
  /** A round takes milliseconds: after so long a silence the connection is as good as dead, whatever TCP thinks. */
  readonly silenceMs: number
  /** Of a statement beside what is followed, which may take long by itself. */
  readonly querySilenceMs: number
  /** An executor that is asked what it registers answers within milliseconds, or is stopped, or busy. */
  readonly answerPatienceMs: number
}

export const defaultTiming: FollowTiming = {
  noticeAfterMs: 2000,
  giveUpAfterMs: 5 * 60_000,
  silenceMs: 10_000,
  querySilenceMs: 30_000,
  answerPatienceMs: 200,
}

const retries = { firstMs: 50, longestMs: 2000 }

interface RetryOptions extends Pick<FollowOptions, 'signal' | 'onNotice'> {
  /** Whoever stands in line is not kept waiting by the database: time counts from the first `onTurn` of `read`. */
  readonly countsFromTurn?: boolean
}

/** Tries `read` again while what fails may pass: a lost connection, a lock, a time limit of the role. Undefined when `signal` aborts or the store closes; throws what it was in the end. */
export async function retryWhileDisconnected<Result>(
  session: Session,
  timing: FollowTiming,
  { signal, onNotice, countsFromTurn = false }: RetryOptions,
  read: (onTurn: () => void) => Promise<Result>,
  onRestored: () => void = () => {},
): Promise<Result | undefined> {
  const { label } = session.target
  const retry = createWake()
  const giveUp = new AbortController()
  let isNoticed = false
  let hasFailed = false
  let lastFailure: unknown
  const leave = (): void => giveUp.abort()
  let timers: readonly (() => void)[] = []
  const startTimers = (): void => {
    if (timers.length > 0) return
    timers = [
      startTimer(() => {
        isNoticed = true
        onNotice?.(`${describeFailure(lastFailure, label)}; drover keeps trying.`)
      }, timing.noticeAfterMs),
      startTimer(leave, timing.giveUpAfterMs),
    ]
  }
  if (!countsFromTurn) startTimers()
  signal.addEventListener('abort', leave, { once: true })
  try {
    for (let retryMs = retries.firstMs; !isOver(); retryMs = nextWaitMs(retryMs, retries)) {
      try {
        const result = await untilAborted(read(startTimers), giveUp.signal)
        if (result === undefined) break
        if (hasFailed || isNoticed) onRestored()
        if (isNoticed) onNotice?.(`${label} answers again.`)
        return result
      } catch (error) {
        if (session.isClosed()) return undefined
        if (!isTransient(error)) throw error
        hasFailed = true
        lastFailure = error
      }
      await retry.sleep(withJitter(retryMs), giveUp.signal)
    }
    if (signal.aborted) return undefined
    if (isTransient(lastFailure) && !isConnectionLoss(lastFailure)) throw lastFailure
    throw new CliError(
      'connection-lost',
      `${label} did not come back within ${describeMs(timing.giveUpAfterMs)}.`,
      {
        hint: phrase`run the same command again; ${command('watch', ['ID'], { '--from': 'CURSOR' })} and ${command('stream', ['ID'], { '--from': 'OFFSET' })} go on where it stopped`,
        cause: lastFailure,
      },
    )
  } finally {
    signal.removeEventListener('abort', leave)
    for (const stop of timers) stop()
  }

  function isOver(): boolean {
    return giveUp.signal.aborted || signal.aborted
  }
}

/** Who refuses does answer. */
function describeFailure(failure: unknown, label: string): string {
  if (!isTransient(failure) || isConnectionLoss(failure)) return `${label} does not answer`
  return failure.message.replace(/\.$/, '')
}

function describeMs(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} minutes`
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
