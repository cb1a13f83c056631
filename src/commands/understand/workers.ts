import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { listWorkers } from '../../core/run/list-workers.ts'
import { addListOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { toWorkerJson, workerColumns } from '../../render/columns/worker-columns.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface WorkersFlags extends DatabaseFlags, OutputFlags {}

export function workersCommand(context: Context): Command {
  const command = new Command('workers')
    .summary('the executors that are live, and what they run')
    .description(
      'List the executors that are connected now: their version, since when, how they were recognised, and what they run.\nAn executor that runs workflows and is not connected is listed as gone.',
    )
    .action((_, command: Command) => runWorkers(context, command.optsWithGlobals<WorkersFlags>()))
  return addListOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runWorkers(context: Context, flags: WorkersFlags): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    const executors = await store.executors()
    if (executors === undefined) {
      printNotice(
        context,
        `warning: this role or a pooler hides the sessions of others in ${store.database.label}; grant pg_read_all_stats to see who lives.`,
      )
    }
    await printRows(context, flags, {
      rows: await listWorkers(store, executors, context.now()),
      columns: workerColumns,
      toJson: toWorkerJson,
      toId: ({ executorId }) => executorId,
      empty: `No worker is live in ${store.database.label}.`,
    })
  })
}
