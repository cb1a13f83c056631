import type { WorkflowFilter } from './manage/workflow-filter.ts'
import type { WorkflowSummary } from './workflow.ts'

/** So many of the newest workflows are looked at for roots. */
export const lookedAt = 10_000

export interface RootsQuery {
  readonly limit: number
  /** Only those that this lets through, of what was looked at; children are not counted, and nothing behind the look is found. */
  readonly filter?: WorkflowFilter
  /** Look at no more than this many, only until there are enough, and count nothing: what is drawn every second. */
  readonly look?: number
  /** Do not follow children to their roots behind the look. */
  readonly nearOnly?: boolean
  /** `newest` by default. */
  readonly order?: 'newest' | 'oldest'
  /** Go on right after this workflow, in the same order. */
  readonly after?: Pick<WorkflowSummary, 'workflowId' | 'createdAt'>
}

/** Workflows that no other one started. */
export interface RootsPage {
  readonly roots: readonly WorkflowSummary[]
  /** Of those that were looked at. */
  readonly rootCount: number
  readonly childCount: number
  /**
   * When the last one that was looked at was created; null where none is behind it. Roots of children that were looked at are
   * found also behind it.
   */
  readonly stoppedAt: Date | null
}
