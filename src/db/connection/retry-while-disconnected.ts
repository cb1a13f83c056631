import { CliError } from '../../core/errors.ts'
import type { FollowOptions } from '../../core/store.ts'
import { nextWaitMs, withJitter } from '../../core/words/back-off.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { longestTimerMs } from '../../core/words/long-timer.ts'
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
  /** Whoever stands in line is not kept waiting by the database: silence counts from the first `onTurn` of `read`. */
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
  const notice = (): void => {
    isNoticed = true
    onNotice?.(`${describeFailure(lastFailure, label)}; drover keeps trying.`)
  }
  let tries = 0
  let isTrying = false
  let stopCounting: (() => void) | undefined
  const startCounting = (): void => {
    stopCounting ??= countSilence(session, timing, {
      currentTry: () => (isTrying ? tries : undefined),
      hasFailed: () => hasFailed,
      onSilence: (ms) => {
        if (!isNoticed && ms >= timing.noticeAfterMs) notice()
        if (ms >= timing.giveUpAfterMs) leave()
      },
    })
  }
  if (!countsFromTurn) startCounting()
  signal.addEventListener('abort', leave, { once: true })
  try {
    for (let retryMs = retries.firstMs; !isOver(); retryMs = nextWaitMs(retryMs, retries)) {
      try {
        tries++
        isTrying = true
        const result = await untilAborted(read(startCounting), giveUp.signal)
        if (result === undefined) break
        if (hasFailed || isNoticed) onRestored()
        if (isNoticed) onNotice?.(`${label} answers again.`)
        return result
      } catch (error) {
        if (session.isClosed()) return undefined
        if (!isTransient(error)) throw error
        hasFailed = true
        lastFailure = error
      } finally {
        isTrying = false
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
    stopCounting?.()
  }

  function isOver(): boolean {
    return giveUp.signal.aborted || signal.aborted
  }
}

const looks = 4

interface Trying {
  /** Undefined between two of them. */
  currentTry(): number | undefined
  hasFailed(): boolean
  onSilence(ms: number): void
}

/**
 * Tells how long nothing has arrived; once a try has failed, how long all of them take, but never while something arrives.
 * Counts its looks, not the clock: what came while this process stood still, or was busy, is there at the next one.
 */
function countSilence(
  session: Session,
  { noticeAfterMs, giveUpAfterMs }: FollowTiming,
  { currentTry, hasFailed, onSilence }: Trying,
): () => void {
  const everyMs = Math.max(1, Math.min(noticeAfterMs, giveUpAfterMs, longestTimerMs) / looks)
  const observe = () => ({ bytes: session.bytesRead(), tried: currentTry() })
  let seen = observe()
  let looked = 0
  let silent = 0
  const look = (): void => {
    const now = observe()
    const isArriving = now.tried !== undefined && now.tried === seen.tried && now.bytes !== seen.bytes
    seen = now
    looked++
    silent = isArriving ? 0 : silent + 1
    if (!isArriving) onSilence((hasFailed() ? looked : silent) * everyMs)
  }
  const timer = setInterval(look, Math.min(everyMs, longestTimerMs))
  return () => clearInterval(timer)
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
