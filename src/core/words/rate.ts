import { CliError } from '../errors.ts'

const secondsByUnit = { s: 1, m: 60, h: 3600 } as const

/** `10/s`, `100/m`, `500/h` to how many a second. Throws `invalid-argument`. */
export function parseRate(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\/(s|m|h)$/.exec(text) ?? []
  const perSecond = Number(amount) / secondsByUnit[unit as keyof typeof secondsByUnit]
  if (perSecond > 0) return perSecond
  throw new CliError('invalid-argument', `"${text}" is not a rate.`, { hint: 'write it as 10/s or 100/m' })
}
