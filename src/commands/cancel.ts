import { Command } from 'commander'
import type { Context } from '../context.ts'
import { runBulk } from '../frame/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../frame/bulk-options.ts'
import { withStore } from '../frame/database.ts'
import { toFilter } from '../frame/filter-options.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface CancelFlags extends DatabaseFlags, BulkFlags {
  readonly children: boolean
}

export function cancelCommand(context: Context): Command {
  const command = new Command('cancel')
    .summary('stop workflows; a step that runs goes on to its end')
    .description(
      'Stop workflows before their next step. A step that runs goes on to its end; drover resume takes them up again.',
    )
    .option('--children', 'and all that they started', false)
    .action((ids: string[], _, command: Command) =>
      runCancel(context, ids, command.optsWithGlobals<CancelFlags>()),
    )
  return addBulkOptions(command)
}

async function runCancel(context: Context, typed: readonly string[], flags: CancelFlags): Promise<void> {
  const filter = toFilter(context, flags)
  await withStore(context, flags, (store) =>
    runBulk(context, store, {
      verb: 'cancel',
      typed,
      filter,
      flags,
      ...(flags.children && { options: '--children', expand: (ids) => store.descendants(ids) }),
    }),
  )
}
