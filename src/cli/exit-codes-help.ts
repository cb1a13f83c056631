import { Command } from 'commander'
import type { Context } from '../context.ts'
import { exitCodes } from '../core/exit-codes.ts'

/** `drover help exit-codes`: the table that every command keeps to. */
export function exitCodesHelp({ terminal }: Context, program: Command): Command {
  const lines = Object.entries(exitCodes).map(
    ([name, { code, when }]) => `${String(code).padStart(3)}  ${name.padEnd(18)} ${when}`,
  )
  return new Command('exit-codes')
    .summary('list the exit codes')
    .helpOption(false)
    .copyInheritedSettings(program)
    .configureHelp({ formatHelp: () => `${lines.join('\n')}\n` })
    .action(() => terminal.print(lines.join('\n')))
}
