import { Option } from 'commander'
import { CliError } from '../core/errors.ts'
import { topicFromText } from '../core/topic.ts'
import type { AnyOf } from '../core/words/any-of.ts'
import { largestInteger, tooLarge } from '../core/words/database-value.ts'

/**
 * An option that may be repeated, one value each time. Never variadic: `--name a id` must leave the id alone. With `choices`
 * each value is one of them.
 */
export function repeatable(flags: string, description: string, choices?: readonly string[]): Option {
  const option = new Option(flags, description)
  if (choices) option.choices(choices)
  const check = option.parseArg
  return option.argParser((text: string, earlier: readonly string[] | undefined) => {
    check?.(text, undefined)
    return [...(earlier ?? []), text]
  })
}

/** For `option(…, parser)`: a whole number above zero. */
export function positiveInteger(text: string): number {
  return wholeNumber(text, 1, 'above zero')
}

/** For `option(…, parser)`: a whole number, zero or above. */
export function nonNegativeInteger(text: string): number {
  return wholeNumber(text, 0, 'of zero or more')
}

/** `--topic ''` is no topic. Not for `option(…, parser)`: commander makes '' of null. */
export function readTopic<Flags extends { readonly topic?: AnyOf<string | null> }>(flags: Flags): Flags {
  const { topic } = flags
  if (Array.isArray(topic)) return { ...flags, topic: topic.map((one) => topicFromText(one ?? '')) }
  return typeof topic === 'string' ? { ...flags, topic: topicFromText(topic) } : flags
}

function wholeNumber(text: string, least: number, which: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least && value <= largestInteger) return value
  if (value > largestInteger) throw tooLarge(text)
  throw new CliError('invalid-argument', `"${text}" is not a whole number ${which}.`, {
    hint: `write it in digits: ${least}, or more`,
  })
}

/** Of TCP; 0 for any that is free. */
export function parsePort(text: string): number {
  const port = nonNegativeInteger(text)
  if (port <= 65_535) return port
  throw new CliError('invalid-argument', `There is no port ${port}.`, { hint: 'from 0 to 65535' })
}
