import type { WorkflowWeight } from './manage.ts'

/** What may go: both have to hold of a workflow that has ended. */
export interface RetentionQuery {
  /** So many that ended last stay in any case. */
  readonly keep: number
  /** It ended before this. */
  readonly endedBefore: Date
}

export interface RetentionPlan {
  /** What ended before this goes: by both rules. Null where so few ended that all of them stay. */
  readonly boundary: Date | null
  /** How many go now. */
  readonly workflows: number
  /** How many have ended, those among them. */
  readonly ended: number
  /** When the oldest of those that go ended. */
  readonly oldestAt: Date | null
  /** Of all that go, by some of them where there are many. */
  readonly weight: WorkflowWeight
  readonly isEstimate: boolean
}

/** How far a run has come: what has no time of its own is of an SDK before 4.20, and goes by its last update. */
export interface RetentionPlace {
  readonly by: 'end' | 'update'
  readonly atMs: number
}

export interface RetentionBatch {
  readonly boundary: Date
  readonly limit: number
  /** Where the batch before it stopped; undefined at the beginning. */
  readonly from: RetentionPlace | undefined
}

export interface RetainedBatch {
  readonly deleted: number
  /** Undefined where nothing is left. */
  readonly next: RetentionPlace | undefined
}

/** How a store deletes what is old, a little at a time. */
export interface Retention {
  /** Several statements. Source: `workflow_status`. */
  planRetention(query: RetentionQuery): Promise<RetentionPlan>
  /**
   * Deletes some that ended, in one transaction, with all that was recorded of them: the oldest first. Left alone are what
   * somebody else holds at that moment, and children of workflows that go on.
   */
  deleteEnded(batch: RetentionBatch): Promise<RetainedBatch>
}
