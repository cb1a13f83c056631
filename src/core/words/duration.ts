import { CliError } from '../errors.ts'

const msByUnit = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** Descending, each at most once: `1h30m`, never `30m1h`. */
const durationPattern =
  /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/

/** A million days: what is added to a time, or taken from it, is a time that a `Date` can hold. */
const longestMs = 1_000_000 * msByUnit.d

/** `500ms`, `30s`, `5m`, `1h30m`, `7d` to whole milliseconds. Throws `invalid-argument`. */
export function parseDuration(text: string): number {
  const ms = durationOf(text)
  if (ms === undefined) {
    throw new CliError('invalid-argument', `"${text}" is not a duration.`, {
      hint: 'write it as 500ms, 30s, 5m, 1h30m or 7d',
    })
  }
  if (ms <= longestMs) return ms
  throw new CliError('invalid-argument', `The duration ${text} is too long.`, {
    hint: 'the longest is 1000000d',
  })
}

/** Whether it is written as a duration, be it too long or not. */
export function isDuration(text: string): boolean {
  return durationOf(text) !== undefined
}

function durationOf(text: string): number | undefined {
  const [whole, ...amounts] = durationPattern.exec(text.trim()) ?? []
  if (!whole) return undefined
  const units = Object.values(msByUnit)
  return Math.round(
    amounts.reduce((sum, amount, index) => sum + Number(amount ?? 0) * (units[index] ?? 0), 0),
  )
}

/** As it would be typed: `1h30m`, `0s`. */
export function typedDuration(ms: number): string {
  let leftMs = ms
  const parts = Object.entries(msByUnit).map(([unit, size]) => {
    const count = Math.floor(leftMs / size)
    leftMs -= count * size
    return count === 0 ? '' : `${count}${unit}`
  })
  return parts.join('') || '0s'
}
