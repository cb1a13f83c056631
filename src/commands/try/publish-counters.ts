import type { Store } from '../../core/store.ts'
import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue, Workflow } from '../../core/workflow.ts'

/** What a `publishWorkflow` counted so far, read from the results of its tasks. */
export interface PublishCounters {
  /** Results in the database, whichever process wrote them. */
  readonly durable: number
  /** What each process counted in memory, the first to publish first; each begins at 0. */
  readonly inMemory: readonly { readonly from: number; readonly to: number }[]
  readonly workflowAttempts: number
  /** Tasks by how often they were begun, the most often first. */
  readonly tasksByAttempts: ReadonlyMap<number, readonly number[]>
}

export async function readCounters(store: Store, workflowId: string): Promise<PublishCounters> {
  const children = await store.children(workflowId)
  const [workflow, ...tasks] = await Promise.all([
    store.get(workflowId),
    ...children.map((child) => store.get(child.workflowId)),
  ])
  const published = tasks.flatMap((task) => toPublished(task) ?? []).sort((a, b) => a.at - b.at)
  return {
    durable: published.length,
    inMemory: toRanges(published),
    workflowAttempts: workflow?.recoveryAttempts ?? 0,
    tasksByAttempts: groupByAttempts(published),
  }
}

interface PublishedTask {
  readonly task: number
  readonly executorId: string
  readonly countInProcess: number
  readonly attempts: number
  /** Epoch milliseconds. */
  readonly at: number
}

function toPublished(workflow: Workflow | undefined): PublishedTask | undefined {
  const output: JsonValue = workflow?.output ?? null
  if (!workflow || !isJsonObject(output)) return undefined
  const { task, executorId, countInProcess } = output
  if (typeof task !== 'number' || typeof countInProcess !== 'number') return undefined
  return {
    task,
    executorId: String(executorId),
    countInProcess,
    attempts: workflow.recoveryAttempts,
    at: workflow.completedAt?.getTime() ?? 0,
  }
}

function toRanges(published: readonly PublishedTask[]): PublishCounters['inMemory'] {
  const ranges = new Map<string, { readonly from: number; readonly to: number }>()
  for (const { executorId, countInProcess } of published) {
    const known = ranges.get(executorId)
    ranges.set(executorId, {
      from: Math.min(known?.from ?? countInProcess - 1, countInProcess - 1),
      to: Math.max(known?.to ?? countInProcess, countInProcess),
    })
  }
  return [...ranges.values()]
}

function groupByAttempts(published: readonly PublishedTask[]): PublishCounters['tasksByAttempts'] {
  const groups = new Map<number, number[]>()
  for (const { task, attempts } of published.toSorted((a, b) => b.attempts - a.attempts || a.task - b.task)) {
    groups.set(attempts, [...(groups.get(attempts) ?? []), task])
  }
  return groups
}
