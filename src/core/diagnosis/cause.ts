import type { Message, Step, UnknownStatus, Wait, WorkflowSummary } from '../workflow.ts'

/** Why a workflow is where it is; each says what its sentence and its remedy need. */
export type Cause =
  | { readonly kind: 'succeeded' }
  /** A newer DBOS knows it. */
  | { readonly kind: 'status-unknown'; readonly status: UnknownStatus }
  /** `deadline`: its timeout cancelled it. */
  | { readonly kind: 'cancelled'; readonly deadline: Date | null }
  | { readonly kind: 'failed'; readonly step: Step | null }
  | { readonly kind: 'dead'; readonly attempts: number }
  | { readonly kind: 'delayed'; readonly until: Date }
  /** Nobody is live who may run it: null where it says no application. */
  | { readonly kind: 'no-worker'; readonly application: string | null }
  /** No executor registers its queue, and the table of queues does not have it. */
  | { readonly kind: 'queue-missing' }
  | { readonly kind: 'queue-elsewhere'; readonly owner: string }
  | { readonly kind: 'partition-missing' }
  | { readonly kind: 'version-gone'; readonly version: string; readonly live: readonly string[] }
  | { readonly kind: 'version-overtaken'; readonly latest: string; readonly live: readonly string[] }
  /** Somebody set its limit to 0. */
  | { readonly kind: 'queue-paused' }
  | { readonly kind: 'queue-full'; readonly limit: QueueLimit; readonly ahead: number }
  /** Executors live that may run it, and none of them polls its queue. */
  | { readonly kind: 'not-polled' }
  /** Somebody lives who may run it, and did not take it. `isKnown`: it tells its application and version. */
  | { readonly kind: 'not-taken'; readonly isKnown: boolean }
  | NameUnregistered
  | { readonly kind: 'due' }
  | { readonly kind: 'executor-gone'; readonly executorId: string; readonly lastSign: Date }
  | { readonly kind: 'executor-silent'; readonly executorId: string; readonly since: Date }
  | {
      /** Nothing is recorded, and of no other run that a worker knew the name and the class. */
      readonly kind: 'name-unproven'
      readonly since: Date
      readonly meant: string | null
      /** The classes and instances that workflows of this name have. */
      readonly classes: readonly { readonly className: string | null; readonly configName: string | null }[]
    }
  | { readonly kind: 'answer-unread'; readonly wait: Wait; readonly isLearned: boolean }
  | {
      readonly kind: 'waits-for-message'
      readonly wait: Wait
      readonly strays: readonly Message[]
      /** Only earlier runs tell the topic of the wait. */
      readonly isLearned: boolean
    }
  /** It goes on without an answer as soon as anybody executes it. */
  | { readonly kind: 'wait-overdue'; readonly wait: Wait }
  | { readonly kind: 'waits-for-event'; readonly wait: Wait }
  | { readonly kind: 'waits-for-child'; readonly child: WorkflowSummary }
  | { readonly kind: 'sleeps'; readonly until: Date }
  | { readonly kind: 'step-runs'; readonly step: number; readonly after: Step | null; readonly since: Date }

/** Who would run it has told what it registers, and that is not among it. */
export interface NameUnregistered {
  readonly kind: 'name-unregistered'
  /** The executor that has it; null while nobody has. */
  readonly executorId: string | null
  readonly meant: string | null
  /** The classes with a workflow of this name that are registered. */
  readonly classes: readonly { readonly className: string | null; readonly configName: string | null }[]
  /** Other applications that register it. */
  readonly applications: readonly string[]
}

export type QueueLimit = {
  /** Of which partition it is; null: of the whole queue. */
  readonly partition: string | null
  readonly max: number
} & (
  | { readonly by: 'concurrency' | 'workerConcurrency'; readonly running: number }
  | { readonly by: 'rate'; readonly periodMs: number }
)
