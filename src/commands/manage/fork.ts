import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { addBulkOptions } from '../../frame/bulk/bulk-options.ts'
import type { ForkHereFlags } from './fork-here.ts'
import type { ForkWaitFlags } from './fork-wait.ts'
import { addFromStepOptions, type FromStepFlags, runFromStep } from './from-step.ts'

export function forkCommand(context: Context): Command {
  const command = new Command('fork')
    .summary('run workflows again from a step, as copies with new ids')
    .description(
      'Run workflows again from a step, as copies that keep what was recorded before it. The new ids are printed, or with --wait their results; the old workflows stay as they are. A filter without --status takes those that ended ERROR, CANCELLED or dead.',
    )
    .option('--id <id>', 'the id of the copy (a new UUID by default)')
    .option('--wait', 'follow the copies to their end, and print their results', false)
    .addOption(
      // What another version or a queue had to take would be waited for in vain.
      new Option(
        '--app <module>',
        'execute the copies in this process until they end, and print their results',
      ).conflicts(['toQueue', 'toVersion']),
    )
    .option('--join', 'with --app: beside other live executors of the application', false)
    .option('--timeout <duration>', 'with --wait or --app: no longer than this (exit 124)')
    .option('-r, --raw-string', 'with --wait or --app: print a string without quotes', false)
    .action((ids: string[], _, command: Command) =>
      runFromStep(
        context,
        'fork',
        ids,
        command.optsWithGlobals<FromStepFlags & ForkWaitFlags & ForkHereFlags>(),
      ),
    )
  return addBulkOptions(addFromStepOptions(command))
}
