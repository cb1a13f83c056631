import { CliError } from '../../core/errors.ts'
import type { RateLimit } from '../../core/platform.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { positiveInteger } from '../../frame/option-parsers.ts'

/** No limit. The parser of options takes null for nothing at all. */
export const none = 'none'
export type NoLimit = typeof none

export function orNull<Limit>(limit: Limit | NoLimit): Limit | null {
  return limit === none ? null : limit
}

export function countOrNone(text: string): number | NoLimit {
  return text === none ? none : positiveInteger(text)
}

export function parseRateLimit(text: string): RateLimit | NoLimit {
  if (text === none) return none
  const [, count = '', period = ''] = /^(\d+)\/(.+)$/.exec(text) ?? []
  if (count === '') {
    throw new CliError('invalid-argument', `"${text}" is not a rate limit.`, { hint: 'write it as 100/1m' })
  }
  const periodMs = parseDuration(period)
  if (periodMs > 0) return { max: positiveInteger(count), periodMs }
  throw new CliError('invalid-argument', `"${text}" is not a rate limit: its period is zero.`, {
    hint: `write it as ${count}/1m, or none for no limit`,
  })
}

/** Each look is a transaction of every worker. */
const fastestPollMs = 10

export function parsePoll(text: string): number {
  const pollMs = parseDuration(text)
  if (pollMs >= fastestPollMs) return pollMs
  throw new CliError('invalid-argument', `The polling interval ${text} is too short.`, {
    hint: `--poll ${fastestPollMs}ms is the fastest, 1s the usual`,
  })
}
