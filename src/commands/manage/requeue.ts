import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { createQueueChoice } from '../../core/manage/choose-queue.ts'
import type { WorkflowState } from '../../core/manage/manage.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../../frame/bulk/bulk-options.ts'
import { toFilter } from '../../frame/filter-options.ts'
import { withStore } from '../../frame/with-store.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface RequeueFlags extends DatabaseFlags, BulkFlags {
  readonly toQueue: string
}

export function requeueCommand(context: Context): Command {
  const command = new Command('requeue')
    .summary('put waiting workflows on another queue')
    .description(
      'Put workflows that are enqueued or delayed on another queue, with their priority and their place in time.',
    )
    .requiredOption(
      '--to-queue <name>',
      'this queue, or with own the one on which workflows of that name ran last',
    )
    .action((ids: string[], _, command: Command) =>
      runRequeue(context, ids, command.optsWithGlobals<RequeueFlags>()),
    )
  return addBulkOptions(command)
}

async function runRequeue(context: Context, typed: readonly string[], flags: RequeueFlags): Promise<void> {
  const filter = toFilter(context, flags)
  const options = { '--to-queue': flags.toQueue }
  await withStore(context, flags, async (store) => {
    const chooseQueue = await createQueueChoice(store, flags.toQueue)
    const prepareOne = async (state: WorkflowState) => {
      const queue = await chooseQueue(state)
      if (queue === undefined) return { obstacle: 'no workflow of its name ran on a queue' }
      return queue === state.queue ? { obstacle: `already on queue ${queue}` } : { queue }
    }
    const prepare = async () => prepareOne
    await runBulk(context, store, { verb: 'requeue', typed, filter, flags, options, prepare })
  })
}
