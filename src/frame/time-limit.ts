import type { Context } from '../context.ts'
import { CliError, type ErrorCode } from '../core/errors.ts'
import { parseDuration } from '../core/words/duration.ts'
import { monotonicMs } from '../core/words/long-timer.ts'
import { printNotice } from './print-notice.ts'

/** What `--timeout` gives a command. It begins to run out once there is something to wait for. */
export interface TimeLimit {
  /** Undefined without a limit, where nothing is waited for. */
  leftMs(): number | undefined
  /** It runs out from now on: something is waited for that no attempt tells. */
  begin(): void
  /**
   * Tries again while what fails is transient, and says once what is waited for. Throws what still fails when the time is
   * over, or `interrupted`.
   */
  retry<Result>(attempt: () => Promise<Result>): Promise<Result>
}

const firstPauseMs = 50
const longestPauseMs = 500

/** Endless: without a `--timeout` it waits until it is interrupted. Throws `invalid-argument` for what is no duration. */
export function createTimeLimit(
  context: Context,
  timeout: string | undefined,
  { isEndless = false } = {},
): TimeLimit {
  const limitMs = timeout === undefined ? (isEndless ? Infinity : undefined) : parseDuration(timeout)
  const said = new Set<ErrorCode>()
  const createdMs = monotonicMs()
  let hasWaited = false

  function leftMs(): number | undefined {
    if (limitMs === undefined || !hasWaited) return limitMs
    return Math.max(0, Math.ceil(limitMs - (monotonicMs() - createdMs)))
  }

  async function retry<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const { signal } = context.interrupts
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      try {
        return await attempt()
      } catch (error) {
        if (!(error instanceof CliError && error.isTransient) || limitMs === undefined) throw error
        hasWaited = true
        if (leftMs() === 0) throw stillSo(error, timeout)
        if (!said.has(error.code))
          printNotice(context, `Waiting${timeout === undefined ? '' : ` up to ${timeout}`}: ${error.message}`)
        said.add(error.code)
      }
      await context.sleep(Math.min(pauseMs, leftMs() ?? pauseMs), signal)
      if (signal.aborted) throw new CliError('interrupted', 'Interrupted while waiting.')
    }
  }

  return {
    leftMs,
    begin: () => {
      hasWaited = true
    },
    retry,
  }
}

/** The reason and its code stay: why it was in vain is what has to be fixed. */
function stillSo(error: CliError, timeout: string | undefined): CliError {
  const { code, message, advice, cause } = error
  return new CliError(code, `${message.replace(/\.$/, '')} (still so after ${timeout}).`, {
    hint: advice,
    cause,
  })
}
