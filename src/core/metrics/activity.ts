import type { WorkflowStatus } from '../workflow.ts'

export interface CountOfName {
  readonly name: string
  readonly status: WorkflowStatus
  readonly count: number
}

/** Who ended after the first and not after the second, by the clocks of the executors. */
export interface EndedRange {
  readonly after: Date
  readonly to: Date
}

/** What is under way, and what ended in a time. */
export interface Activity {
  /** Of each name the PENDING, ENQUEUED and DELAYED ones, of at most some hundred of each status: the newest. */
  readonly active: readonly CountOfName[]
  readonly ended: readonly CountOfName[]
}
