import { Command } from 'commander'
import type { Context } from '../context.ts'
import type { WorkflowState } from '../core/manage.ts'
import { shellWord } from '../core/shell-word.ts'
import { runBulk } from '../frame/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../frame/bulk-options.ts'
import { withStore } from '../frame/database.ts'
import { surroundingsOf } from '../frame/explain.ts'
import { toFilter } from '../frame/filter-options.ts'
import { createQueueChoice } from '../frame/queue-choice.ts'
import { createVersionNotice } from '../frame/version-notice.ts'
import { isOneId } from '../frame/workflow-ids.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

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
    const options = flags.toQueue === undefined ? undefined : `--to-queue ${shellWord(flags.toQueue)}`
    const prepareOne = async (state: WorkflowState) => {
      const queue = await chooseQueue(state)
      await noteVersion({ ...state, queue, workflowId: isOne ? state.workflowId : undefined })
      return { queue }
    }
    const prepare = async () => prepareOne
    await runBulk(context, store, { verb: 'resume', typed, filter, flags, options, prepare })
  })
}
