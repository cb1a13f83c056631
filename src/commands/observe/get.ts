import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { createWaitKnowledge, type KnowWaits } from '../../core/decide/known-waits.ts'
import { isLeftBehind } from '../../core/diagnosis/left-behind.ts'
import type { Store } from '../../core/store.ts'
import type { Lineage, Workflow } from '../../core/workflow.ts'
import { orPicked } from '../../frame/cockpit/pick-workflow.ts'
import { addOutputOptions, type OutputFlags } from '../../frame/output-format.ts'
import { showEach } from '../../frame/show-each.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { isOneId, readIds } from '../../frame/workflow-ids.ts'
import { createStyle } from '../../render/style.ts'
import { toWorkflowJson } from '../../render/to-json.ts'
import { renderDetails } from '../../render/workflow-details.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface GetFlags extends DatabaseFlags, OutputFlags {}

export function getCommand(context: Context): Command {
  const command = new Command('get')
    .summary('show workflows: input, result, events, what they wait for')
    .argument(
      '[id...]',
      'ids, the first 8 characters or more of a UUID, or @last; - reads them from stdin; without one on a terminal: pick it',
    )
    .action(async (ids: string[], _, command: Command) =>
      runGet(context, await orPicked(context, command, ids), command.optsWithGlobals<GetFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runGet(context: Context, typed: readonly string[], flags: GetFlags): Promise<void> {
  const ids = await readIds(context, typed)
  await withReadStore(context, flags, (store, { workflows }) => {
    const know = createWaitKnowledge(store, workflows)
    return showEach(
      context,
      store,
      { ids, isAlone: isOneId(typed), between: '', flags },
      async (workflow, print) => {
        const { workflowId } = workflow
        const lineage = await store.lineage(workflowId)
        const text =
          flags.output === 'table' ? await detailsText(context, store, know, workflow, lineage) : undefined
        await print({ json: { ...toWorkflowJson(workflow), ...lineage }, id: workflowId, text })
      },
    )
  })
}

/** Enough for the last ones that are shown, whatever DBOS recorded between them. */
const lastSteps = 50

async function detailsText(
  { terminal, now, databaseFlags }: Context,
  store: Store,
  know: KnowWaits,
  workflow: Workflow,
  lineage: Lineage | undefined,
): Promise<string> {
  const { workflowId, name } = workflow
  const waits = await store.waits([workflowId])
  const executors = workflow.status === 'PENDING' ? await store.executors() : undefined
  const details = {
    isLeftBehind: isLeftBehind(workflow, executors),
    workflow,
    lineage,
    steps: await store.steps(workflowId, { last: lastSteps }),
    stepCount: await store.countSteps(workflowId),
    events: await store.events(workflowId),
    streams: await store.streams(workflowId),
    waits: await know(waits.map((wait) => ({ ...wait, name }))),
    children: await store.children(workflowId),
  }
  const { colorLevel, columns, isTerminal } = terminal.stdout
  const width = isTerminal ? columns : Number.POSITIVE_INFINITY
  const frame = { style: createStyle(colorLevel), width, now: now(), databaseFlags }
  return renderDetails(details, frame).join('\n')
}
