import type { JsonValue } from '../workflow.ts'

export interface SendRequest {
  readonly workflowId: string
  readonly topic: string | null
  readonly message: JsonValue
  /** Sending again with the same key is a no-op. */
  readonly idempotencyKey?: string
  /** As JSON that every language reads, instead of what TypeScript writes; else as the workflow itself is written. */
  readonly portable?: boolean
  /** Not to a workflow that has ended: nobody would read it. */
  readonly onlyActive?: boolean
}

/** `used-otherwise`: another message, or on another topic, was sent under this key. Only `sent` wrote something. */
export type SendOutcome = 'sent' | 'duplicate' | 'used-otherwise' | 'ended'

export interface StartMessage extends Pick<SendRequest, 'topic' | 'message' | 'idempotencyKey'> {}

export interface StartRequest {
  readonly name: string
  readonly className?: string
  readonly configName?: string
  readonly workflowId: string
  readonly args: readonly JsonValue[]
  readonly queue: string
  readonly application?: string
  readonly version?: string
  /** 0 is first. */
  readonly priority?: number
  /** Not to be taken before this has passed. */
  readonly delayMs?: number
  /** DBOS cancels it so long after it was taken. */
  readonly timeoutMs?: number
  /** On a queue only one active workflow may have it. */
  readonly deduplicationId?: string
  readonly attributes?: Readonly<Record<string, JsonValue>>
  readonly partition?: string
  /** Keyword arguments, for workflows in Python: everything is written as portable JSON then. */
  readonly namedArgs?: Readonly<Record<string, JsonValue>>
  /** There before the workflow starts. */
  readonly messages?: readonly StartMessage[]
}

/** `existing`: the id is in use. An object: another active workflow has the deduplication id. Nothing was written then. */
export type StartOutcome = 'started' | 'existing' | { readonly duplicateOf: string }

/** Where a workflow is to be enqueued. */
export interface QueuePlace {
  readonly queue: string
  /** Executors of one application neither take nor count what belongs to another; null: unclaimed. */
  readonly application: string | null
  readonly partition: string | null
}

/** How a workflow name ran before: what `start` fills in. */
export interface WorkflowOrigin {
  readonly className: string | null
  readonly configName: string | null
  readonly queue: string | null
  readonly application: string | null
}
