import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { createQueueChoice } from '../../core/manage/choose-queue.ts'
import type { WorkflowState } from '../../core/manage/manage.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../../frame/bulk/bulk-options.ts'
import { toFilter } from '../../frame/filter-options.ts'
import { surroundingsOf } from '../../frame/print-explanation.ts'
import { withStore } from '../../frame/with-store.ts'
import { isOneId } from '../../frame/workflow-ids.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { createVersionNotice } from './version-notice.ts'

interface ResumeFlags extends DatabaseFlags, BulkFlags {
  readonly toQueue?: string
}

export function resumeCommand(context: Context): Command {
  const command = new Command('resume')
    .summary('let cancelled and dead workflows go on')
    .description(
      'Let workflows that were cancelled, or that ended after too many recoveries, go on after their last recorded step.',
    )
    .option(
      '--to-queue <name>',
      'put them on this queue, or with own on the one where they ran; by default every executor takes them at once',
    )
    .action((ids: string[], _, command: Command) =>
      runResume(context, ids, command.optsWithGlobals<ResumeFlags>()),
    )
  return addBulkOptions(command)
}

async function runResume(context: Context, typed: readonly string[], flags: ResumeFlags): Promise<void> {
  const filter = toFilter(context, flags)
  await withStore(context, flags, async (store, settings) => {
    const chooseQueue = await createQueueChoice(store, flags.toQueue)
    const noteVersion = createVersionNotice(context, store, surroundingsOf(context, store, settings))
    const isOne = !filter && isOneId(typed)
    const options = { '--to-queue': flags.toQueue }
    const prepareOne = async (state: WorkflowState) => {
      const queue = await chooseQueue(state)
      await noteVersion({ ...state, queue, workflowId: isOne ? state.workflowId : undefined })
      return { queue }
    }
    const prepare = async () => prepareOne
    await runBulk(context, store, { verb: 'resume', typed, filter, flags, options, prepare })
  })
}
