import { CliError } from '../errors.ts'
import { isDuration, parseDuration } from './duration.ts'

const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/
const timePattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/
const zonePattern = /^(?:Z|([+-])(\d\d):?(\d\d))$/i

/**
 * A date, a date and a time of day, or a duration ago (`7d`). Without a zone (`Z`, `+02:00`) a date and a date-time alike
 * are local. Throws `invalid-argument`, also for a day that the calendar does not have.
 */
export function parseTime(text: string, now: Date): Date {
  if (isDuration(text)) return new Date(now.getTime() - parseDuration(text))
  return parseDate(
    text,
    'write it as 2026-01-31, as 2026-01-31T12:00:00Z, or as a duration ago such as 30m, 1h30m or 7d',
  )
}

/** A date, or a date and a time of day, as in `parseTime`. */
export function parseDate(text: string, hint = 'write it as 2026-01-31, or as 2026-01-31T12:00:00Z'): Date {
  const [, date = '', time = '00:00', zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text.trim()) ?? []
  const parsed = date === '' ? undefined : toDate(date, time, zone)
  if (parsed) return parsed
  throw new CliError('invalid-argument', whyNoTime(text, date), { hint })
}

function whyNoTime(text: string, date: string): string {
  if (date === '' || daysOf(date) !== undefined) return `"${text}" is not a time.`
  return `"${text}" is not a time: the calendar has no ${date}.`
}

function toDate(date: string, time: string, zone: string | undefined): Date | undefined {
  const days = daysOf(date)
  const msOfDay = msOf(time)
  const offsetMs = zone === undefined ? undefined : offsetOf(zone)
  if (days === undefined || msOfDay === undefined) return undefined
  const [year, month, day] = days
  if (zone === undefined) {
    const local = new Date(2000, 0, 1)
    local.setFullYear(year, month - 1, day)
    local.setHours(0, 0, 0, msOfDay)
    return local
  }
  if (offsetMs === undefined) return undefined
  const utc = new Date(0)
  utc.setUTCFullYear(year, month - 1, day)
  return new Date(utc.getTime() + msOfDay - offsetMs)
}

/** Year, month and day; undefined where the calendar has no such day. */
function daysOf(date: string): readonly [year: number, month: number, day: number] | undefined {
  const [year = 0, month = 0, day = 0] = (datePattern.exec(date) ?? []).slice(1).map(Number)
  const found = new Date(0)
  found.setUTCFullYear(year, month - 1, day)
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === day ? [year, month, day] : undefined
}

function msOf(time: string): number | undefined {
  const [, hour, minute, second = '0', fraction = '0'] = timePattern.exec(time) ?? []
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second)
  const ms = seconds * 1000 + Math.floor(Number(`0.${fraction}`) * 1000)
  return Number.isNaN(ms) ? undefined : ms
}

/** Milliseconds east of Greenwich. */
function offsetOf(zone: string): number | undefined {
  const [, sign, hours = '0', minutes = '0'] = zonePattern.exec(zone) ?? []
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
