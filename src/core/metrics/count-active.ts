import type { WorkflowStatus } from '../workflow.ts'
import type { CountOfName, QueueDepth } from './activity.ts'

/** Workflows that are the same in all of this. */
export interface ActiveGroup extends CountOfName {
  readonly queue: string | null
  readonly executorId: string | null
  readonly application: string | null
  readonly version: string | null
  /** When the first of them was created. */
  readonly oldestAt: Date | null
}

/** Of each name and status, in that order. */
export function countNames(groups: readonly ActiveGroup[]): readonly CountOfName[] {
  const counts = new Map<string, CountOfName>()
  for (const { name, status, count } of groups) {
    const key = JSON.stringify([name, status])
    counts.set(key, { name, status, count: count + (counts.get(key)?.count ?? 0) })
  }
  return [...counts.values()].sort((a, b) => compare(a.name, b.name) || compare(a.status, b.status))
}

/** Of each queue that is registered, or that something is on, by name. */
export function countQueues(
  groups: readonly ActiveGroup[],
  registered: readonly string[],
): readonly QueueDepth[] {
  const names = new Set([...registered, ...groups.flatMap(({ queue }) => queue ?? [])])
  return [...names].sort(compare).map((name) => {
    const on = groups.filter(({ queue }) => queue === name)
    const oldest = on.flatMap(({ status, oldestAt }) => (status === 'ENQUEUED' && oldestAt ? +oldestAt : []))
    return {
      name,
      enqueued: sumOf(on, 'ENQUEUED'),
      delayed: sumOf(on, 'DELAYED'),
      running: sumOf(on, 'PENDING'),
      oldestAt: oldest.length > 0 ? new Date(oldest.reduce((a, b) => Math.min(a, b))) : null,
    }
  })
}

/** How many workflows these are; only those of one status where it is said. */
export function sumOf(groups: readonly ActiveGroup[], wanted?: WorkflowStatus): number {
  return groups
    .filter(({ status }) => wanted === undefined || status === wanted)
    .reduce((sum, { count }) => sum + count, 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
