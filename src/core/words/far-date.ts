const farthestMs = 8_640_000_000_000_000

/**
 * A time that a `Date` cannot hold, such as `infinity` or 9223372036854775807 ms after 1970: it is printed as it was written, and
 * counts as the first or the last time that there is.
 */
class FarDate extends Date {
  readonly text: string

  constructor(text: string) {
    super(text.startsWith('-') || text.endsWith('BC') ? -farthestMs : farthestMs)
    this.text = text
  }

  override toISOString(): string {
    return this.text
  }

  override toJSON(): string {
    return this.text
  }
}

/** As `toISOString`, which has Node look up the time zone of this machine: that takes a millisecond, and no part in it. */
export function isoTime(date: Date): string {
  const year = date.getUTCFullYear()
  // Also what is no time at all.
  if (date instanceof FarDate || !(year >= 1000 && year <= 9999)) return date.toISOString()
  const [month, day, hour, minute, second] = [
    ...[date.getUTCMonth() + 1, date.getUTCDate()],
    ...[date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()],
  ].map((part) => String(part).padStart(2, '0'))
  const ms = String(date.getUTCMilliseconds()).padStart(3, '0')
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`
}

/** Of epoch milliseconds, however many. */
export function dateOfMs(epochMs: string | number | bigint): Date {
  const date = new Date(Number(epochMs))
  return Number.isNaN(date.getTime()) ? new FarDate(String(epochMs)) : date
}

/** What somebody made of a text that should be a time: that, or the text where it is none. */
export function dateOrText(date: unknown, text: string): Date {
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : new FarDate(text)
}

/** The same milliseconds again, to the last digit. */
export function msOf(date: Date): string {
  return date instanceof FarDate && /^-?\d+$/.test(date.text) ? date.text : String(date.getTime())
}
