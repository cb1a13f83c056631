import { type Command, CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { type ExitCode, exitCodes } from '../core/exit-codes.ts'
import { asText, phrase, renderArguments } from '../core/words/command-line.ts'
import { refuseNul } from '../core/words/database-value.ts'
import { nearest } from '../core/words/nearest.ts'
import { interruptCode } from '../frame/interrupt.ts'
import { repeatDatabase } from '../frame/repeat-database.ts'
import { createProgram } from './program.ts'

/** Runs one command line to its end. Never throws, never exits: what went wrong is said, and told by `context.exitWith`. */
export async function run(outer: Context, argv: readonly string[]): Promise<void> {
  const context = repeatDatabase(outer, argv)
  let program: Command | undefined
  try {
    for (const word of argv) refuseNul(word, 'The command line')
    program = await createProgram(context, argv)
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0
    if (isHelp) return
    const code = await report(context, argv, toSentence(error, argv, program))
    context.exitWith(code === exitCodes.interrupted.code ? interruptCode(context) : code)
  }
}

/** Says what went wrong in the format that was asked for, and returns the exit code of it. */
export async function report(context: Context, argv: readonly string[], error: unknown): Promise<ExitCode> {
  const say = await prepareReport(context, argv)
  return say(error)
}

/** For who cannot wait when something goes wrong. */
export async function prepareReport(
  context: Context,
  argv: readonly string[],
): Promise<(error: unknown) => ExitCode> {
  const { reportError } = await import('../frame/report-error.ts')
  return (error) => reportError(repeatDatabase(context, argv), error, wantsJson(argv))
}

/** Commander answers an unknown topic of `help`, and a group without its command, with help and no word. */
function toSentence(error: unknown, argv: readonly string[], program: Command | undefined): unknown {
  if (!(error instanceof CommanderError)) return error
  const [first = '', second = ''] = argv
  if (error.code === 'commander.help' && first === 'help') {
    return new CliError('usage', `"${second}" is not a command.`, {
      hint: 'drover --help lists them',
    })
  }
  const group = program?.commands.find((command) => command.name() === program.args[0])
  if (!group || group.commands.length === 0) return withRepetition(error, argv)
  const names = group.commands.map((command) => command.name())
  const has = `drover ${group.name()} has ${names.join(', ')}`
  if (error.code === 'commander.help') {
    return new CliError('usage', `drover ${group.name()} needs one of its commands.`, { hint: has })
  }
  const [typed = ''] = group.args
  const isUnknown = ['commander.excessArguments', 'commander.unknownCommand'].includes(error.code)
  if (!isUnknown || names.includes(typed)) return error
  const meant = nearest(typed, names)
  return new CliError('usage', `"${typed}" is not a command of drover ${group.name()}.`, {
    hint: meant === undefined ? has : `did you mean drover ${group.name()} ${meant}? ${has}`,
  })
}

/** `--status A B`: the second value is one too many, for no option takes two. */
function withRepetition(error: CommanderError, argv: readonly string[]): unknown {
  const index = argv.findIndex(
    (word, at) => word.startsWith('--') && [1, 2].every((next) => /^[^-]/.test(argv[at + next] ?? '')),
  )
  if (error.code !== 'commander.excessArguments' || index < 0) return error
  const [option, ...values] = argv.slice(index, index + 3)
  const repeated = renderArguments([], { [option as `-${string}`]: values })
  const sentence = error.message.replace(/^error: t/, 'T')
  return new CliError('usage', sentence, {
    hint: phrase`an option takes one value, and may be repeated: ${asText(repeated)}`,
  })
}

/** Errors follow the format that stdout was asked for, also when the command line itself is wrong. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  return words.some(
    (argument, index) =>
      argument === '--json' ||
      /^(-o=?|--output=)jsonl?$/.test(argument) ||
      (/^(-o|--output)$/.test(argument) && /^jsonl?$/.test(words[index + 1] ?? '')),
  )
}
