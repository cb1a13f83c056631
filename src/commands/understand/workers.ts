import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { isSilent, type LiveExecutor } from '../../core/diagnosis/situation.ts'
import type { Store } from '../../core/store.ts'
import type { WorkflowSummary } from '../../core/workflow.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withStore } from '../../frame/with-store.ts'
import { toWorkerJson, type Worker, workerColumns } from '../../render/columns/worker-columns.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface WorkersFlags extends DatabaseFlags, OutputFlags {}

export function workersCommand(context: Context): Command {
  const command = new Command('workers')
    .summary('the executors that are live, and what they run')
    .description(
      'List the executors that are connected now: their version, since when, how they were recognised, and what they run.\nAn executor that runs workflows and is not connected is listed as gone.',
    )
    .action((_, command: Command) => runWorkers(context, command.optsWithGlobals<WorkersFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runWorkers(context: Context, flags: WorkersFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const executors = await store.executors()
    if (executors === undefined) {
      printNotice(
        context,
        `warning: this role or a pooler hides the sessions of others in ${store.database.label}; grant pg_read_all_stats to see who lives.`,
      )
    }
    await printRows(context, flags, {
      rows: await findWorkers(store, executors, context.now()),
      columns: workerColumns,
      toJson: toWorkerJson,
      toId: ({ executorId }) => executorId,
      empty: `No worker is live in ${store.database.label}.`,
    })
  })
}

/** Enough to name what a worker runs; the count of more than this is not needed to see that it is busy. */
const enoughRunning = 1000

/** The live ones, and those that workflows name and nobody sees. */
async function findWorkers(
  store: Store,
  executors: readonly LiveExecutor[] | undefined,
  now: Date,
): Promise<readonly Worker[]> {
  const running = await store.list({ status: ['PENDING'], limit: enoughRunning })
  const of = (executorId: string) => running.filter((workflow) => workflow.executorId === executorId)
  const live = (executors ?? []).map((executor) => toWorker(executor, of(executor.executorId), now))
  const seen = new Set(live.map(({ executorId }) => executorId))
  const others = [...new Set(running.map(({ executorId }) => executorId))].filter(
    (executorId): executorId is string => executorId !== null && !seen.has(executorId),
  )
  // Where some executors do not tell their ids, or none can be seen, the others may well be among them.
  const isSure = executors?.every(({ recognisedBy }) => recognisedBy === 'name') ?? false
  return [...live, ...others.map((executorId) => toAbsent(executorId, of(executorId), isSure))]
}

function toWorker(executor: LiveExecutor, running: readonly WorkflowSummary[], now: Date): Worker {
  const { executorId, application, version, versionStart, since, heardAt, address, recognisedBy } = executor
  // What it runs tells the whole version where the name of its session was too short for it.
  const [ran] = running
  return {
    executorId,
    application: application ?? ran?.application ?? null,
    version: version || (ran?.version ?? (versionStart === '' ? null : `${versionStart}…`)),
    state: isSilent(executor, now) ? 'silent' : 'live',
    since,
    heardAt,
    address,
    recognisedBy,
    running: running.map(({ workflowId }) => workflowId),
  }
}

function toAbsent(executorId: string, running: readonly WorkflowSummary[], isSure: boolean): Worker {
  const [ran] = running
  return {
    executorId,
    application: ran?.application ?? null,
    version: ran?.version ?? null,
    state: isSure ? 'gone' : 'unknown',
    since: null,
    heardAt: null,
    address: null,
    recognisedBy: null,
    running: running.map(({ workflowId }) => workflowId),
  }
}
