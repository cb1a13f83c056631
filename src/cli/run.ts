import { CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { reportError } from '../frame/report-error.ts'
import { createProgram } from './program.ts'

/** Runs one command line to its end. Never throws, never exits: what went wrong is said, and told by `context.exitWith`. */
export async function run(context: Context, argv: readonly string[]): Promise<void> {
  try {
    await createProgram(context).parseAsync(argv, { from: 'user' })
  } catch (error) {
    const isHelp = error instanceof CommanderError && error.exitCode === 0
    if (!isHelp) context.exitWith(reportError(context, error, wantsJson(argv)))
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
