import { Command } from 'commander'
import type { Context } from '../../context.ts'
import type { Store } from '../../core/store.ts'
import { isEnded } from '../../core/workflow.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../../frame/bulk/bulk-options.ts'
import { canPick, pickWorkflow } from '../../frame/cockpit/pick-workflow.ts'
import { toFilter } from '../../frame/filter-options.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withStore } from '../../frame/with-store.ts'
import { counted } from '../../render/text.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

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
    .action(async (ids: string[], _, command: Command) => {
      const flags = command.optsWithGlobals<CancelFlags>()
      const isPicked = ids.length === 0 && !toFilter(context, flags) && canPick(context)
      await runCancel(context, isPicked ? [await pickWorkflow(context, command, true)] : ids, flags)
    })
  return addBulkOptions(command)
}

async function runCancel(context: Context, typed: readonly string[], flags: CancelFlags): Promise<void> {
  const filter = toFilter(context, flags)
  await withStore(context, flags, async (store) => {
    let goingOn: readonly string[] = []
    await runBulk(context, store, {
      verb: 'cancel',
      typed,
      filter,
      flags,
      ...(flags.children
        ? { options: { '--children': true }, expand: (ids) => store.descendants(ids) }
        : {
            expand: async (ids) => {
              goingOn = await findActive(store, ids)
              return []
            },
          }),
    })
    noteGoingOn(context, goingOn, flags)
  })
}

/** Beyond this many, what goes on is not counted. */
const mostLookedAt = 1000

async function findActive(store: Store, ids: readonly string[]): Promise<readonly string[]> {
  const cancelled = new Set(ids)
  const others = (await store.descendants(ids)).filter((id) => !cancelled.has(id))
  const states = await store.states(others.slice(0, mostLookedAt))
  return states.filter(({ status }) => !isEnded(status)).map(({ workflowId }) => workflowId)
}

function noteGoingOn(context: Context, ids: readonly string[], { dryRun }: CancelFlags): void {
  if (ids.length === 0) return
  const [verb, first] = [ids.length === 1 ? 'goes' : 'go', ids[0] ?? '']
  printNotice(
    context,
    `${counted(ids.length, 'workflow')} that ${dryRun ? 'these' : 'they'} started ${verb} on: ${first}${ids.length > 1 ? ', …' : ''}`,
    'hint: the same command with --children cancels them too',
  )
}
