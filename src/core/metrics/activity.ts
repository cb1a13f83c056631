import type { Queue } from '../platform.ts'
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

export type QueueDepth = Pick<Queue, 'name' | 'enqueued' | 'delayed' | 'running' | 'oldestAt'>

/** What is under way, and what ended in a time. */
export interface Activity {
  /** Of each name the PENDING, ENQUEUED and DELAYED ones. */
  readonly active: readonly CountOfName[]
  readonly ended: readonly CountOfName[]
  /** Registered ones, and those that something is on, by name. */
  readonly queues: readonly QueueDepth[]
  /** Of all names. */
  readonly waits: {
    readonly open: number
    readonly oldestSince: Date | null
  }
  /** Null where it cannot be seen who lives. */
  readonly left: {
    /** PENDING ones of executors that are gone. */
    readonly orphaned: number
    /** ENQUEUED and DELAYED ones of versions that nobody runs. */
    readonly unclaimed: number
  } | null
}
