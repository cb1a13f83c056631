import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { worstExitCode } from '../../core/exit-codes.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { orPicked } from '../../frame/cockpit/pick-workflow.ts'
import { reportToGitHub } from '../../frame/follow/ci-report.ts'
import { follow, outcomeCode } from '../../frame/follow/follow-workflows.ts'
import { noteDetached } from '../../frame/follow/note-detached.ts'
import { addOutputOptions, type OutputFlags } from '../../frame/output-format.ts'
import { withStore } from '../../frame/with-store.ts'
import { findWorkflow, readIds } from '../../frame/workflow-ids.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface WatchFlags extends DatabaseFlags, OutputFlags {
  readonly timeout?: string
  readonly from?: string
  readonly children: boolean
}

export function watchCommand(context: Context): Command {
  const command = new Command('watch')
    .summary('see workflows live until they end')
    .description(
      'See workflows live until they end: status, progress, events, steps, streams, children, and what they wait for.\nctrl-c detaches; the workflows go on.',
    )
    .argument('[id...]', 'ids; - reads them from stdin; without one on a terminal: pick it')
    .option('--children', 'what their children do, and theirs: their steps and ends, also in a pipe', false)
    .option('--timeout <duration>', 'stop watching after this long (exit 124)')
    .option('--from <cursor>', 'with -o jsonl: go on after this change')
    .action(async (ids: string[], _, command: Command) =>
      runWatch(context, await orPicked(context, command, ids), command.optsWithGlobals<WatchFlags>()),
    )
  return addOutputOptions(command, ['table', 'jsonl'])
}

async function runWatch(context: Context, typed: readonly string[], flags: WatchFlags): Promise<void> {
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  const ids = await readIds(context, typed)
  await withStore(
    context,
    flags,
    async (store, { workflows: profiles }) => {
      const workflows = await Promise.all(ids.map((id) => findWorkflow(context, store, id)))
      const workflowIds = workflows.map(({ workflowId }) => workflowId)
      const outcome = await follow(context, store, {
        workflowIds,
        workflows: profiles,
        output: context.terminal.stdout,
        format: flags.output === 'jsonl' ? 'jsonl' : 'picture',
        timeoutMs,
        from: flags.from,
        children: flags.children,
      })
      noteDetached(context, outcome, workflowIds)
      await reportToGitHub(context, [...outcome.workflows.values()])
      context.exitWith(worstExitCode(workflowIds.map((id) => outcomeCode(context, outcome, id))))
    },
    { isFollowed: true, timeoutMs },
  )
}
