import type { WorkflowFilter } from '../manage/workflow-filter.ts'
import type { WorkflowStatus } from '../workflow.ts'

/** Which workflows: those that ended from `since` on and before `until`, by the clocks of their executors. */
export interface StatsRequest extends Pick<WorkflowFilter, 'name' | 'queue' | 'application'> {
  readonly since: Date
  readonly until: Date
  /** Into how many parts the time is cut. */
  readonly parts: number
}

/** In milliseconds: half of them took no longer, and 95 of 100. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
}

export interface NameStats {
  readonly name: string
  readonly ended: number
  /** ERROR, and dead. */
  readonly failed: number
  /** From when it was enqueued, or its delay was over, until it was taken; null where none was on a queue. */
  readonly waitMs: Percentiles | null
  /** From when it was taken, or else created, until it ended. */
  readonly durationMs: Percentiles
  /** How many ended in each part of the time. */
  readonly endedOverTime: readonly number[]
}

export interface SlowWorkflow {
  readonly workflowId: string
  readonly name: string
  readonly status: WorkflowStatus
  readonly durationMs: number
  readonly completedAt: Date
}

/** What became of a time. Source: `workflow_status`, and `operation_outputs` of those that ended. */
export interface Stats {
  readonly ended: number
  readonly failed: number
  /** Steps of the workflows that ended. */
  readonly steps: number
  readonly waitMs: Percentiles | null
  readonly durationMs: Percentiles | null
  readonly endedOverTime: readonly number[]
  /** Counted where the workflow ended. */
  readonly stepsOverTime: readonly number[]
  /** Those of which most ended first. */
  readonly names: readonly NameStats[]
  /** Five at most, the slowest first. */
  readonly slowest: readonly SlowWorkflow[]
}

export const statsParts = 30

/** How many there are a second. */
export function perSecond(count: number, { since, until }: Pick<StatsRequest, 'since' | 'until'>): number {
  return (count * 1000) / Math.max(1, until.getTime() - since.getTime())
}
