import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { addListOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { findWorkflow } from '../../frame/workflow-ids.ts'
import { messageColumns } from '../../render/columns/message-columns.ts'
import { toMessageJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface MessagesFlags extends DatabaseFlags, OutputFlags {}

export function messagesCommand(context: Context): Command {
  const command = new Command('messages')
    .summary('list what was sent to a workflow, and what of it was read')
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .action((id: string, _, command: Command) =>
      runMessages(context, id, command.optsWithGlobals<MessagesFlags>()),
    )
  return addListOptions(command, ['table', 'json', 'jsonl'])
}

async function runMessages(context: Context, id: string, flags: MessagesFlags): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    const { workflowId } = await findWorkflow(context, store, id)
    await printRows(context, flags, {
      rows: await store.messages(workflowId),
      columns: messageColumns,
      toJson: toMessageJson,
      toId: () => workflowId,
      empty: `Nothing was sent to ${workflowId}.`,
    })
  })
}
