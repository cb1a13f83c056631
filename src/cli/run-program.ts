import { type Command, CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { CliError, exitCodeOf } from '../core/errors.ts'
import { type ExitCode, exitCodes } from '../core/exit-codes.ts'
import { refuseNul } from '../core/words/database-value.ts'
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
    const failure = await toFailure(error, argv, program)
    const code = await report(context, argv, failure)
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

/** Loaded where something is wrong with a command line: what to type instead. */
async function toFailure(error: unknown, argv: readonly string[], program?: Command): Promise<unknown> {
  const isAboutLine = error instanceof CommanderError || isUsage(error)
  if (!isAboutLine) return error
  const { addHelpLine, toUsageError } = await import('./usage-error.ts')
  return error instanceof CommanderError ? toUsageError(error, argv, program) : addHelpLine(error, program)
}

function isUsage(error: unknown): error is CliError {
  return error instanceof CliError && exitCodeOf(error.code) === exitCodes.usage.code
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
