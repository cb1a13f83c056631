import { CliError } from '../core/errors.ts'

/** For `option(…, parser)`: a whole number above zero. */
export function positiveInteger(text: string): number {
  return wholeNumber(text, 1, 'above zero')
}

/** For `option(…, parser)`: a whole number, zero or above. */
export function nonNegativeInteger(text: string): number {
  return wholeNumber(text, 0, 'of zero or more')
}

/** `--topic ''` is no topic. Not for `option(…, parser)`: commander makes '' of null. */
export function readTopic<Flags extends { readonly topic?: string | null }>(flags: Flags): Flags {
  return flags.topic === '' ? { ...flags, topic: null } : flags
}

function wholeNumber(text: string, least: number, which: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new CliError('invalid-argument', `"${text}" is not a whole number ${which}.`, {
    hint: `write it in digits: ${least}, or more`,
  })
}
