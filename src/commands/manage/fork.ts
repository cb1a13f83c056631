import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { addBulkOptions } from './bulk/bulk-options.ts'
import { addFromStepOptions, type FromStepFlags, runFromStep } from './from-step.ts'

export function forkCommand(context: Context): Command {
  const command = new Command('fork')
    .summary('run workflows again from a step, as copies with new ids')
    .description(
      'Run workflows again from a step, as copies that keep what was recorded before it. The new ids are printed; the old workflows stay as they are. A filter without --status takes those that ended ERROR, CANCELLED or dead.',
    )
    .option('--id <id>', 'the id of the copy (a new UUID by default)')
    .action((ids: string[], _, command: Command) =>
      runFromStep(context, 'fork', ids, command.optsWithGlobals<FromStepFlags>()),
    )
  return addBulkOptions(addFromStepOptions(command))
}
