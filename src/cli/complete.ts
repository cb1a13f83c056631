import type { Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { readValues } from '../frame/completion/read-values.ts'
import { kindOfArgument, kindOfOption } from '../frame/completion/value-kinds.ts'
import { createProgram } from './program.ts'

/** What could stand where the cursor is. */
interface Candidate {
  readonly value: string
  readonly description: string
}

/** What a shell can paste as it is, in any shell: all else is left to whoever types it. `#` begins a comment, `~` a home. */
const harmless = /^[\p{L}\p{N}_.:@/+,][\p{L}\p{N}_.:@#/+=,~-]*$/u

/**
 * Prints what the last of these words could become, a line each, with what it is behind a tab: what the completion of a
 * shell asks for. Silent where it does not know; never starts the embedded Postgres, and waits for no database.
 */
export async function complete(context: Context, words: readonly string[]): Promise<void> {
  const current = words.at(-1) ?? ''
  const candidates = await findCandidates(context, words.slice(0, -1), current)
  const lines = candidates
    .filter(({ value }) => value.startsWith(current))
    .map(({ value, description }) => (description === '' ? value : `${value}\t${description}`))
  if (lines.length > 0) await context.terminal.stdout.write(`${[...new Set(lines)].join('\n')}\n`)
}

async function findCandidates(
  context: Context,
  before: readonly string[],
  current: string,
): Promise<readonly Candidate[]> {
  const program = await createProgram(context, before)
  const { command, open, position } = walk(program, before)
  const [, flag] = /^(--[a-z-]+)=/.exec(current) ?? []
  const option = open ?? (flag === undefined ? undefined : findOption(command, flag))
  if (option) {
    const prefix = open || flag === undefined ? '' : `${flag}=`
    const values = await valuesOf(context, option, before, current.slice(prefix.length))
    return values.map((one) => ({ ...one, value: prefix + one.value }))
  }
  if (current.startsWith('-')) return optionsOf(command).map(toCandidate)
  const names = command.commands
    .filter((child) => !isHidden(child))
    .map((child) => ({ value: child.name(), description: child.summary() }))
  const argument = command.registeredArguments[Math.min(position, command.registeredArguments.length - 1)]
  if (!argument || (position >= command.registeredArguments.length && !argument.variadic)) return names
  const kind = kindOfArgument(argument.name())
  return [...names, ...toCandidates(await readValues(context, kind, before, current))]
}

interface Place {
  readonly command: Command
  /** It takes the word that comes. */
  readonly open: Option | undefined
  /** How many arguments stand there already. */
  readonly position: number
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program
  let open: Option | undefined
  let position = 0
  for (const word of words) {
    if (open) {
      open = undefined
    } else if (word.startsWith('-')) {
      const option = word.includes('=') ? undefined : findOption(command, word)
      open = option?.required || option?.optional ? option : undefined
    } else {
      const child = position === 0 ? command.commands.find((one) => one.name() === word) : undefined
      if (child) command = child
      else position += 1
    }
  }
  return { command, open, position }
}

function optionsOf(command: Command): Option[] {
  const own = command.options.filter(({ hidden }) => !hidden)
  return command.parent ? [...own, ...optionsOf(command.parent)] : own
}

function findOption(command: Command, flag: string): Option | undefined {
  return optionsOf(command).find(({ short, long }) => flag === long || flag === short)
}

async function valuesOf(
  context: Context,
  option: Option,
  before: readonly string[],
  prefix: string,
): Promise<readonly Candidate[]> {
  if (option.argChoices) return option.argChoices.map((value) => ({ value, description: '' }))
  return toCandidates(await readValues(context, kindOfOption(option.long ?? ''), before, prefix))
}

function toCandidate({ long, short, description }: Option): Candidate {
  return { value: long ?? short ?? '', description: description.split(/[;:(]/)[0]?.trim() ?? '' }
}

function toCandidates(values: readonly string[]): Candidate[] {
  return values.filter((value) => harmless.test(value)).map((value) => ({ value, description: '' }))
}

/** Commander tells it in its help only. */
function isHidden(command: Command): boolean {
  return (command as Command & { readonly _hidden?: boolean })._hidden === true
}
