import { Command } from 'commander'
import type { Context } from '../context.ts'
import { parseTime } from '../core/workflow-filter.ts'
import { runBulk } from '../frame/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../frame/bulk-options.ts'
import { withStore } from '../frame/database.ts'
import { toFilter } from '../frame/filter-options.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface DeleteFlags extends DatabaseFlags, BulkFlags {
  readonly ended: boolean
  readonly olderThan?: string
}

export function deleteCommand(context: Context): Command {
  const command = new Command('delete')
    .summary('delete ended workflows with all that was recorded of them')
    .description('Delete ended workflows with all that was recorded of them. What has not ended is refused.')
    .option('--ended', 'every one that has ended', false)
    .option('--older-than <duration>', 'ended longer ago than this, such as 30d')
    .action((ids: string[], _, command: Command) =>
      runDelete(context, ids, command.optsWithGlobals<DeleteFlags>()),
    )
  return addBulkOptions(command)
}

async function runDelete(context: Context, typed: readonly string[], flags: DeleteFlags): Promise<void> {
  const { ended, olderThan } = flags
  const given = toFilter(context, flags)
  const endedBefore = olderThan === undefined ? undefined : parseTime(olderThan, context.now())
  const filter = ended || endedBefore ? { ...given, endedBefore } : given
  const options = [ended && '--ended', olderThan && `--older-than ${olderThan}`].filter(Boolean).join(' ')
  await withStore(context, flags, (store) =>
    runBulk(context, store, { verb: 'delete', typed, filter, flags, options, alwaysAsk: true }),
  )
}
