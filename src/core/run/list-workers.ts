import { isSilent, type LiveExecutor } from '../diagnosis/situation.ts'
import type { Store } from '../store.ts'
import type { WorkflowSummary } from '../workflow.ts'

/** An executor as `workers` lists it. */
export interface Worker {
  readonly executorId: string
  readonly application: string | null
  readonly version: string | null
  /** `gone`: workflows name it and it is not connected. `silent`: connected, and asks for nothing. */
  readonly state: 'live' | 'silent' | 'gone' | 'unknown'
  readonly since: Date | null
  readonly heardAt: Date | null
  /** From where it is connected; null over a Unix socket, and of what is not connected. */
  readonly address: string | null
  readonly recognisedBy: LiveExecutor['recognisedBy'] | null
  /** Ids of the workflows that it runs, or ran. */
  readonly running: readonly string[]
}

/** Enough to name what a worker runs; the count of more than this is not needed to see that it is busy. */
const enoughRunning = 1000

/** The live ones, and those that workflows name and nobody sees. */
export async function listWorkers(
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
