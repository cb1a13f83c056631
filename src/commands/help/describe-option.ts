import type { Option } from 'commander'
import type { HelpOption } from '../../http/v1/help-shape.ts'

/** What a variable means, and for which commands it stands for an option; for all that have it where none are named. */
export type Variable = readonly [name: string, meaning: string, commands?: readonly string[]]

/** An option of the command of these words, from what it is made of. */
export function describeOption(option: Option, words: string, environment: readonly Variable[]): HelpOption {
  const { long, short, description, defaultValue, argChoices, flags } = option
  const flag = long ?? short ?? flags
  const value = /[<[](.+)[>\]]/.exec(flags)?.[1]
  const isTold = ['string', 'number'].includes(typeof defaultValue)
  const variable = environment.find(
    ([, meaning, commands]) => namedIn(meaning) === flag && (commands?.includes(words) ?? true),
  )
  return {
    flag,
    ...(short !== undefined && { short }),
    description,
    type: value === undefined ? 'boolean' : isInteger(option) ? 'integer' : 'string',
    ...(value !== undefined && { value }),
    ...(isRepeatable(option) && { repeatable: true }),
    ...(argChoices && { choices: argChoices }),
    ...(isTold && { default: defaultValue }),
    ...(variable && { environment: variable[0] }),
  }
}

/** Words that options of other kinds take: durations, rates, pairs, and what stands beside a number. */
const otherWords = ['a', 'a=1', '1s', '1d', '1/s', 'none', 'failed']

/** Takes whole numbers, and nothing else. */
function isInteger(option: Option): boolean {
  return Number.isInteger(parse(option, '1')) && otherWords.every((word) => parse(option, word) === undefined)
}

function isRepeatable(option: Option): boolean {
  const words = [...(option.argChoices ?? []), '1', ...otherWords]
  return words.some((word) => Array.isArray(parse(option, word)))
}

/** What an option makes of a word; undefined where it takes it as it is, or refuses it. */
function parse({ parseArg }: Option, word: string): unknown {
  try {
    return parseArg?.(word, undefined)
  } catch {
    return undefined
  }
}

/** `as --profile`: the option that a variable of the environment stands for. */
function namedIn(meaning: string): string | undefined {
  return /\bas (?:with )?(--[a-z-]+)/.exec(meaning)?.[1]
}
