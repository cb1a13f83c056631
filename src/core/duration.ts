import { CliError } from './errors.ts'

const msByUnit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `500ms`, `30s`, `5m`, `2h`, `7d` to milliseconds. Throws `invalid-argument`. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim())
  if (!match) {
    throw new CliError('invalid-argument', `"${text}" is not a duration.`, {
      hint: 'write it as 500ms, 30s, 5m, 2h or 7d',
    })
  }
  const [, amount, unit] = match
  return Number(amount) * msByUnit[unit as keyof typeof msByUnit]
}
