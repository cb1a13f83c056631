import { CliError } from '../core/errors.ts'

/** For `option(…, parser)`: a whole number above zero. */
export function positiveInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new CliError('invalid-argument', `"${text}" is not a whole number above zero.`)
}

/** For `option(…, parser)`: a whole number, zero or above. */
export function nonNegativeInteger(text: string): number {
  return text === '0' ? 0 : positiveInteger(text)
}
