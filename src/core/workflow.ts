import type { Topic } from './topic.ts'

/**
 * Glossary: one word per idea, in the code, the command line and the docs.
 *
 * - **workflow**: one durable execution, a row of `workflow_status`; its kind is its *name* (with class and instance).
 * - **application**, **version**: who may execute it, as DBOS registers them. **executor**: the process that does.
 * - **step**: one recorded operation of a workflow. DBOS writes it when it *ends*; a running step is invisible.
 * - **event**: the latest value that a workflow published under a key. **stream**: every value, in order, under a key.
 * - **message**: what was sent to a workflow, under a *topic* or none. **wait**: a workflow blocked on a message.
 * - **decision**: the answer to a wait. **child**: a workflow that another one started.
 * - **change**: one thing that happened to a workflow, with a *cursor* to go on from.
 */

/** A number whose digits would be lost is an `ExactNumber`, which is none for `typeof`. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

export const activeStatuses = ['DELAYED', 'ENQUEUED', 'PENDING'] as const
export const endedStatuses = ['SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'] as const
export const workflowStatuses = [...activeStatuses, ...endedStatuses] as const

export type EndedStatus = (typeof endedStatuses)[number]
/** The statuses of DBOS that drover knows. */
export type KnownStatus = (typeof workflowStatuses)[number]
/** One that only a newer DBOS knows, with its text: what drover cannot tell ended is taken for what goes on. */
export type UnknownStatus = `UNKNOWN (${string})`
export type WorkflowStatus = KnownStatus | UnknownStatus

/** The status in a row of `workflow_status`, whatever stands there. */
export function toStatus(text: unknown): WorkflowStatus {
  const known = workflowStatuses.find((status) => status === text)
  return (
    known ??
    `UNKNOWN (${String(text)
      .replaceAll(/[^\w .-]/g, '?')
      .slice(0, 40)})`
  )
}

export function isKnownStatus(status: WorkflowStatus): status is KnownStatus {
  return (workflowStatuses as readonly WorkflowStatus[]).includes(status)
}

export function isEnded(status: WorkflowStatus): status is EndedStatus {
  return (endedStatuses as readonly WorkflowStatus[]).includes(status)
}

/** What stands in the place of a value that cannot be decoded here; never an exception. */
export interface Undecoded {
  /** The serialization format, such as `py_pickle`. */
  readonly $undecoded: string
  readonly raw: string
}

export function isUndecoded(value: unknown): value is Undecoded {
  if (typeof value !== 'object' || value === null || !('$undecoded' in value) || !('raw' in value))
    return false
  return typeof value.$undecoded === 'string' && typeof value.raw === 'string'
}

export interface WorkflowError {
  readonly name: string
  readonly message: string
  readonly code?: JsonValue
  readonly data?: JsonValue
  readonly stack?: string
  readonly cause?: JsonValue
}

/** `TypeError: x is not a function`. Untrusted text, as all that a workflow says. */
export function describeError({ name, message }: WorkflowError): string {
  return message.startsWith(`${name}:`) ? message : `${name}: ${message}`
}

/** A workflow without its payloads, as `list` shows it. */
export interface WorkflowSummary {
  readonly workflowId: string
  readonly name: string
  readonly className: string | null
  readonly configName: string | null
  readonly status: WorkflowStatus
  readonly queue: string | null
  readonly application: string | null
  readonly version: string | null
  readonly executorId: string | null
  readonly createdAt: Date
  readonly startedAt: Date | null
  readonly completedAt: Date | null
  readonly recoveryAttempts: number
}

export interface Workflow extends WorkflowSummary {
  /** The positional arguments, or what stands for them when they cannot be decoded. */
  readonly input: JsonValue
  /** The result of a SUCCESS; null before. A result of null is also null: `status` tells them apart. */
  readonly output: JsonValue
  readonly error: WorkflowError | null
}

/** Where a workflow comes from, what was made of it, and on what terms it was enqueued. */
export interface Lineage {
  readonly parentId: string | null
  readonly forkedFrom: string | null
  /** Copies that were forked from it, the oldest first. */
  readonly forks: readonly string[]
  readonly attributes: { readonly [name: string]: JsonValue } | null
  readonly schedule: string | null
  /** The authenticated user that it was started for. */
  readonly user: string | null
  /** Of its queue: a smaller one goes first; 0 without one. */
  readonly priority: number
  readonly partition: string | null
  readonly deduplicationId: string | null
  /** How long it may run before DBOS cancels it. */
  readonly timeoutMs: number | null
  /** When DBOS cancels it; null before it began. */
  readonly deadlineAt: Date | null
  /** Until when it is held back from its queue; also after that. */
  readonly delayedUntil: Date | null
}

/** A workflow with all that is known of it. */
export interface WorkflowDetails extends Workflow, Lineage {}

export interface Step {
  readonly step: number
  readonly name: string
  readonly startedAt: Date | null
  /** Null for a sleep that goes on: only that is recorded before it ends. */
  readonly completedAt: Date | null
  readonly output: JsonValue
  readonly error: WorkflowError | null
  readonly childId: string | null
}

export interface WorkflowEvent {
  readonly workflowId: string
  readonly key: string
  readonly value: JsonValue
  /** When the latest value was published; null where the schema has no history. */
  readonly at: Date | null
}

export interface StreamValue {
  readonly workflowId: string
  readonly key: string
  readonly offset: number
  readonly value: JsonValue
}

/**
 * A value as a line of JSON has it, in UTF-8: every digit, and nothing that a terminal may act on. It is a part of bytes which
 * are taken for others once the next values are asked for.
 */
export interface StreamText {
  readonly offset: number
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

export interface StreamKey {
  readonly key: string
  readonly closed: boolean
}

/** A stream of a workflow as a whole. `count` leaves the closing mark out. */
export interface StreamSummary extends StreamKey {
  readonly count: number
}

export interface Message {
  readonly workflowId: string
  readonly topic: Topic
  readonly message: JsonValue
  readonly sentAt: Date
  /** The step that consumed it; null while unread, or where the schema does not record it. */
  readonly readByStep: number | null
  readonly read: boolean
}

export type WaitState = 'waiting' | 'answered' | 'overdue'

/** Where the topic of a wait is known from. `inferred`: that it waits is all that is known. */
export type TopicSource = 'asked' | 'configured' | 'learned' | 'inferred'

/** A workflow blocked on a message. Printed as `<workflowId>#<step>`. */
export interface Wait {
  readonly workflowId: string
  readonly step: number
  /** `undefined` when it is not known (nothing asked, nothing learned). */
  readonly topic: Topic | undefined
  readonly prompt: string | null
  readonly since: Date
  readonly until: Date | null
  /** `until` was over when it was read, by the clock of the database. */
  readonly isOverdue: boolean
  /** Those of the messages to this workflow that nobody has read. */
  readonly unreadTopics: readonly Topic[]
  /** As far as the topic is known. */
  readonly state: WaitState
  /** True when an `awaiting:<topic>` event asked; false when the wait is inferred from the steps. */
  readonly asked: boolean
  /** The whole value of the asking event, null when nothing asked. */
  readonly request: JsonValue
  /** Set where all that is known of the topic was looked up. */
  readonly source?: TopicSource
}

/** The DBOS executors that are connected right now, as far as the database lets us see. */
export interface Executor {
  readonly executorId: string
  /** The application that registered its version; null where that cannot be told. */
  readonly application: string | null
  /** Empty where the name of its sessions is too short for it, and several that are registered begin so. */
  readonly version: string
  readonly since: Date
}
