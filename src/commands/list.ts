import { Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { type WorkflowStatus, workflowStatuses } from '../core/workflow.ts'
import { withStore } from '../frame/database.ts'
import { positiveInteger } from '../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../frame/output-format.ts'
import { tell } from '../frame/tell.ts'
import { toSummaryJson } from '../render/json.ts'
import { workflowColumns } from '../render/workflow-columns.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface ListFlags extends DatabaseFlags, OutputFlags {
  readonly status?: readonly WorkflowStatus[]
  readonly name?: string
  readonly limit: number
}

export function listCommand(context: Context): Command {
  const command = new Command('list')
    .summary('list recent workflows')
    .description('List workflows, the newest first.')
    .addOption(new Option('--status <status...>', 'only these').choices(workflowStatuses))
    .option('--name <name>', 'only workflows of this name')
    .option('--limit <count>', 'at most this many', positiveInteger, 20)
    .action((_, command: Command) => runList(context, command.optsWithGlobals<ListFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runList(context: Context, flags: ListFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const found = await store.list({ ...flags, limit: flags.limit + 1 })
    await printRows(context, flags, {
      rows: found.slice(0, flags.limit),
      columns: workflowColumns,
      toJson: toSummaryJson,
      toId: ({ workflowId }) => workflowId,
      empty: `No workflow${describeFilter(flags)} in ${store.database.label}.`,
    })
    if (found.length > flags.limit) tell(context, `The newest ${flags.limit}; --limit shows more.`)
  })
}

function describeFilter({ name, status }: ListFlags): string {
  return [name && ` named ${name}`, status && ` with status ${status.join(' or ')}`].filter(Boolean).join('')
}
