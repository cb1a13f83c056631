import { parseDuration } from './duration.ts'
import { CliError } from './errors.ts'

/** RFC 3339, or a duration ago (`7d`). Throws `invalid-argument`. */
export function parseTime(text: string, now: Date): Date {
  if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) return new Date(now.getTime() - parseDuration(text))
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : undefined
  if (time && !Number.isNaN(time.getTime())) return time
  throw new CliError('invalid-argument', `"${text}" is not a time.`, {
    hint: 'write it as 2026-01-31T12:00:00Z, or as a duration ago such as 7d',
  })
}
