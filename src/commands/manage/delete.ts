import { Command } from 'commander'
import type { Context } from '../../context.ts'
import type { WorkflowWeight } from '../../core/manage/manage.ts'
import type { Store } from '../../core/store.ts'
import { parseTime } from '../../core/words/time.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../../frame/bulk/bulk-options.ts'
import { toFilter } from '../../frame/filter-options.ts'
import { withStore } from '../../frame/with-store.ts'
import { formatBytes } from '../../render/value.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface DeleteFlags extends DatabaseFlags, BulkFlags {
  readonly ended: boolean
  readonly children: boolean
  readonly olderThan?: string
}

export function deleteCommand(context: Context): Command {
  const command = new Command('delete')
    .summary('delete ended workflows with all that was recorded of them')
    .description('Delete ended workflows with all that was recorded of them. What has not ended is refused.')
    .option('--children', 'and all that they started', false)
    .option('--ended', 'every one that has ended', false)
    .option('--older-than <time>', 'ended longer ago than this, such as 30d, or before this date')
    .action((ids: string[], _, command: Command) =>
      runDelete(context, ids, command.optsWithGlobals<DeleteFlags>()),
    )
  return addBulkOptions(command)
}

async function runDelete(context: Context, typed: readonly string[], flags: DeleteFlags): Promise<void> {
  const { ended, olderThan, children } = flags
  const given = toFilter(context, flags)
  const endedUntil = olderThan === undefined ? given?.endedUntil : parseTime(olderThan, context.now())
  const filter = ended || endedUntil ? { ...given, endedUntil } : given
  const options = { '--ended': ended, '--older-than': olderThan, '--children': children }
  await withStore(context, flags, (store) =>
    runBulk(context, store, {
      verb: 'delete',
      typed,
      filter,
      flags,
      options,
      alwaysAsk: true,
      ...(children && {
        expand: (ids: readonly string[]) => store.descendants(ids),
        tellsWhatIsLeft: true,
      }),
      explain: (ids) => explainWeight(store, ids),
    }),
  )
}

const pageSize = 1000
/** Beyond this many, what goes is estimated from the first of them. */
const mostWeighed = 20_000

async function explainWeight(store: Store, ids: readonly string[]): Promise<string> {
  const weighed = ids.slice(0, mostWeighed)
  let total: WorkflowWeight = { steps: 0, streamValues: 0, messages: 0, payloadBytes: 0 }
  for (let start = 0; start < weighed.length; start += pageSize) {
    const { steps, streamValues, messages, payloadBytes } = await store.weigh(
      weighed.slice(start, start + pageSize),
    )
    total = {
      steps: total.steps + steps,
      streamValues: total.streamValues + streamValues,
      messages: total.messages + messages,
      payloadBytes: total.payloadBytes + payloadBytes,
    }
  }
  const share = ids.length / Math.max(1, weighed.length)
  const scaled = (count: number) => Math.round(count * share).toLocaleString('en')
  const about = share > 1 ? 'about ' : ''
  return `That frees ${about}${scaled(total.steps)} steps, ${scaled(total.streamValues)} stream values, ${scaled(total.messages)} messages: ${formatBytes(Math.round(total.payloadBytes * share))} of payloads.`
}
