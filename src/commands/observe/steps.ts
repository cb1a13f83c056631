import { Command } from 'commander'
import type { Context } from '../../context.ts'
import type { Step, WorkflowSummary } from '../../core/workflow.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { withStore } from '../../frame/with-store.ts'
import { findWorkflow } from '../../frame/workflow-ids.ts'
import { stepColumns } from '../../render/columns/step-columns.ts'
import { createStyle } from '../../render/style.ts'
import { renderTimeline } from '../../render/timeline/timeline.ts'
import { toStepJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface StepsFlags extends DatabaseFlags, OutputFlags {
  readonly timeline: boolean
}

export function stepsCommand(context: Context): Command {
  const command = new Command('steps')
    .summary('list the recorded steps of a workflow')
    .description('List the recorded steps of a workflow. DBOS records a step when it ends.')
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .option('--timeline', 'draw when each one and each child ran, long waits cut short', false)
    .action((id: string, _, command: Command) => runSteps(context, id, command.optsWithGlobals<StepsFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

/** More than these share one row anyway. */
const mostChildren = 1000

async function runSteps(context: Context, id: string, flags: StepsFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const { workflowId } = await findWorkflow(context, store, id)
    const steps = await store.steps(workflowId)
    if (flags.timeline && flags.output === 'table' && steps.length > 0) {
      const children = await store.list({ parentId: workflowId, order: 'oldest', limit: mostChildren })
      return printTimeline(context, steps, children)
    }
    await printRows(context, flags, {
      rows: steps,
      columns: stepColumns,
      toJson: toStepJson,
      toId: ({ step }) => String(step),
      empty: `${workflowId} has recorded no step yet.`,
    })
  })
}

async function printTimeline(
  { terminal, now }: Context,
  steps: readonly Step[],
  children: readonly WorkflowSummary[],
): Promise<void> {
  const { colorLevel, columns } = terminal.stdout
  const frame = { style: createStyle(colorLevel), width: columns, now: now() }
  const lines = renderTimeline(steps, frame, children)
  await terminal.print(lines.join('\n'))
}
