import { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Store } from '../core/store.ts'
import type { Workflow } from '../core/workflow.ts'
import { withStore } from '../frame/database.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../frame/output-format.ts'
import { findWorkflow } from '../frame/workflow-ids.ts'
import { toWorkflowJson } from '../render/json.ts'
import { createStyle } from '../render/style.ts'
import { renderDetails } from '../render/workflow-details.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface GetFlags extends DatabaseFlags, OutputFlags {}

export function getCommand(context: Context): Command {
  const command = new Command('get')
    .summary('show one workflow: input, result, events, what it waits for')
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .action((id: string, _, command: Command) => runGet(context, id, command.optsWithGlobals<GetFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runGet(context: Context, id: string, flags: GetFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const workflow = await findWorkflow(context, store, id)
    if (flags.output === 'table') return printDetails(context, store, workflow)
    const { workflowId } = workflow
    const json = { ...toWorkflowJson(workflow), ...(await store.lineage(workflowId)) }
    return printOne(context, flags, { json, id: workflowId })
  })
}

async function printDetails({ terminal, now }: Context, store: Store, workflow: Workflow): Promise<void> {
  const { workflowId } = workflow
  const details = {
    workflow,
    lineage: await store.lineage(workflowId),
    steps: await store.steps(workflowId),
    events: await store.events(workflowId),
    streams: await store.streams(workflowId),
    waits: await store.waits([workflowId]),
    children: await store.children(workflowId),
  }
  const { colorLevel, columns, isTerminal } = terminal.stdout
  const width = isTerminal ? columns : Number.POSITIVE_INFINITY
  const lines = renderDetails(details, { style: createStyle(colorLevel), width, now: now() })
  await terminal.print(lines.join('\n'))
}
