import type { Registration } from '../run/registration.ts'
import type { WorkflowOrigin } from '../run/start.ts'
import type { Executor, Message, Step, Wait, Workflow, WorkflowSummary } from '../workflow.ts'

/** An executor that is connected now, with the evidence for it. */
export interface LiveExecutor extends Executor {
  /** Where `version` is empty: how it begins, as far as the name of its session holds it. */
  readonly versionStart: string
  /** Where `version` is empty: the registered versions that it may run; null: it may run any. */
  readonly candidateVersions: readonly string[] | null
  /** What it told when it was asked; null where it was not, cannot be, or did not answer, which proves nothing. */
  readonly registration: Registration | null
  /**
   * `name`: its sessions are named after it. `listening`: some session listens as executors do and is not named so (SDKs of
   * other languages), which is why its id is only that of the session.
   */
  readonly recognisedBy: 'name' | 'listening'
  /** When it last asked the database something; executors do that about every second. */
  readonly heardAt: Date
  /** From where it is connected; null over a Unix socket, which is of the database's own machine. */
  readonly address: string | null
}

const silentAfterMs = 10_000

/** Connected, and without a word for so long that it is stopped or blocked. */
export function isSilent({ heardAt, recognisedBy }: LiveExecutor, now: Date): boolean {
  return recognisedBy === 'name' && now.getTime() - heardAt.getTime() > silentAfterMs
}

/** What may run of a queue or of a partition, and what does. */
export interface QueueBudget {
  readonly concurrency: number | null
  readonly workerConcurrency: number | null
  readonly rateLimit: { readonly max: number; readonly periodMs: number } | null
  /** The first of those that run, and how many there are. */
  readonly running: readonly string[]
  readonly runningCount: number
  /** Began within the period of the rate limit. */
  readonly startedInPeriod: number
}

/** A queue as a workflow finds it; its own budget is that of all partitions. */
export interface QueueState extends QueueBudget {
  readonly name: string
  /** Polled by every executor although nobody registers it. */
  readonly isInternal: boolean
  readonly isRegistered: boolean
  /** The application whose executors poll it; null for all of them. */
  readonly owner: string | null
  /** Workers take nothing from it: a limit is 0. */
  readonly isPaused: boolean
  readonly isPartitioned: boolean
  /** The one that was asked about; null without one, and where the queue has none. */
  readonly partition: PartitionState | null
  readonly pollMs: number
}

export interface PartitionState extends QueueBudget {
  readonly key: string
}

/** What decides whether something on a queue will be taken. */
export interface Outlook {
  /** The database's clock. */
  readonly now: Date
  readonly queue: QueueState
  /** The version whose executors take what names no version; null where none is registered. */
  readonly latestVersion: string | null
  /** Undefined where this role or a pooler does not let us see sessions. */
  readonly executors: readonly LiveExecutor[] | undefined
}

/** Everything that the database tells about why a workflow is where it is. */
export interface Situation {
  readonly workflow: Workflow
  readonly now: Date
  readonly delayUntil: Date | null
  /** When DBOS cancels it. */
  readonly deadline: Date | null
  readonly partition: string | null
  /** Of the row; steps are not counted. */
  readonly updatedAt: Date | null
  /** Null for a workflow that is on no queue. */
  readonly outlook: Outlook | null
  readonly executors: readonly LiveExecutor[] | undefined
  /** Would be taken before it, the next one first (at most a few), and how many there are. */
  readonly ahead: readonly string[]
  readonly aheadCount: number
  /** When a worker that could have taken it last took something else from its queue; null where none did since it was created. */
  readonly lastTakenAt: Date | null
  readonly stepCount: number
  readonly lastStep: Step | null
  /** The last step that failed, of the last few hundred. */
  readonly failedStep: Step | null
  /** More than one where the workflow went on after a step had failed. */
  readonly failedStepCount: number
  readonly waits: readonly Wait[]
  readonly unread: readonly Message[]
  /** Children that have not ended, the oldest first (at most a few). */
  readonly activeChildren: readonly WorkflowSummary[]
  /**
   * How workflows of this name ran that got anywhere: ended, or recorded a step. Of one that was taken from a queue and got
   * nowhere; none where there is no doubt that somebody knows its name.
   */
  readonly provenOrigins: readonly WorkflowOrigin[]
  /** Names that ran before, of any workflow; none where its own is proven, or beyond doubt. */
  readonly knownNames: readonly string[]
  /** What the same step of an earlier run of this name did where this one waits: `DBOS.recv` on a topic, or `DBOS.getEvent`. */
  readonly learned: { readonly step: number; readonly call: string; readonly topic: string | null } | null
}

/** Since when it waits on its queue: it may have been put there again, or held back until then. */
export function enqueuedAt({ workflow, updatedAt, delayUntil, now }: Situation): Date {
  const put = updatedAt ?? workflow.createdAt
  return delayUntil && delayUntil > put && delayUntil <= now ? delayUntil : put
}
