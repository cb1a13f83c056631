import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { addBulkOptions } from '../../frame/bulk/bulk-options.ts'
import { addFromStepOptions, type FromStepFlags, runFromStep } from './from-step.ts'

export function rewindCommand(context: Context): Command {
  const command = new Command('rewind')
    .summary('run ended workflows again from a step, in place')
    .description(
      'Run ended workflows again from a step, under the same id. What was recorded from that step on is deleted, with the messages that were read from there on or not at all. A filter without --status takes those that ended ERROR, CANCELLED or dead.',
    )
    .action((ids: string[], _, command: Command) =>
      runFromStep(context, 'rewind', ids, command.optsWithGlobals<FromStepFlags>()),
    )
  return addBulkOptions(addFromStepOptions(command))
}
