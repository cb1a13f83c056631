import { CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes } from '../core/exit-codes.ts'
import { interruptCode } from '../frame/follow.ts'
import { reportError } from '../frame/report-error.ts'
import { createProgram } from './program.ts'

/** Runs one command line to its end. Never throws, never exits: what went wrong is said, and told by `context.exitWith`. */
export async function run(context: Context, argv: readonly string[]): Promise<void> {
  try {
    await createProgram(context, argv).parseAsync(argv, { from: 'user' })
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0
    if (isHelp) return
    const code = reportError(context, error, wantsJson(argv))
    context.exitWith(code === exitCodes.interrupted.code ? interruptCode(context) : code)
  }
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
