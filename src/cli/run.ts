import { CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { type ExitCode, exitCodes } from '../core/exit-codes.ts'
import { interruptCode } from '../frame/interrupt.ts'
import { createProgram } from './program.ts'

/** Runs one command line to its end. Never throws, never exits: what went wrong is said, and told by `context.exitWith`. */
export async function run(context: Context, argv: readonly string[]): Promise<void> {
  try {
    const program = await createProgram(context, argv)
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0
    if (isHelp) return
    const code = await report(context, argv, toSentence(error, argv))
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
  return (error) => reportError(context, error, wantsJson(argv))
}

/** Commander answers an unknown topic of `help`, and a group without its command, with help and no word. */
function toSentence(error: unknown, [first = '', second = '']: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.code !== 'commander.help') return error
  return first === 'help'
    ? new CliError('usage', `"${second}" is not a command.`, { hint: 'drover --help lists them' })
    : new CliError('usage', `drover ${first} needs one of its commands.`, {
        hint: `drover ${first} --help lists them`,
      })
}

/** Errors follow the format that stdout was asked for, also when the command line itself is wrong. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (argument, index) =>
      argument === '--json' ||
      /^(-o=?|--output=)jsonl?$/.test(argument) ||
      (/^(-o|--output)$/.test(argument) && /^jsonl?$/.test(argv[index + 1] ?? '')),
  )
}
