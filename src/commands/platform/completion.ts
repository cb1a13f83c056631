import { Argument, Command } from 'commander'
import type { Context } from '../../context.ts'
import { completionScripts } from '../../render/completion-scripts.ts'

export function completionCommand({ terminal }: Context): Command {
  return new Command('completion')
    .summary('print the script that completes drover in your shell')
    .description(
      'Print the script that lets your shell complete commands, flags, and ids, names, queues and versions from the database.',
    )
    .addArgument(new Argument('<shell>', 'whose script it is').choices(Object.keys(completionScripts)))
    .action(async (shell: keyof typeof completionScripts) => {
      await terminal.stdout.write(completionScripts[shell])
    })
}
