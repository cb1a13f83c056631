import type { AnyOf } from '../words/any-of.ts'
import type { JsonValue, Wait, WorkflowStatus } from '../workflow.ts'

export type DecisionVerb = 'approved' | 'rejected'

export interface Actor {
  readonly name: string
  /** Where the name came from: `--as`, an environment variable, or the operating system. */
  readonly source: string
}

export interface DecisionRequest {
  readonly wait: Wait
  readonly topic: string | null
  readonly decision: DecisionVerb
  readonly message: JsonValue
  readonly actor: Actor
  readonly comment: string | null
  /** Send although the workflow ended, the deadline passed or a foreign message lies there; never a second decision. */
  readonly force?: boolean
  /** The workflow was named, not the wait: refused right after another wait of it was decided, for it may be a retry. */
  readonly isByWorkflow?: boolean
  /** False leaves no record of who decided (`"audit": "off"`). */
  readonly isRecorded?: boolean
}

/** What answered a wait before. Of a message that is no decision of drover's only `message` and `at` are known. */
export interface EarlierAnswer {
  readonly message: JsonValue
  readonly at: Date
  readonly by: string | null
}

type Preceded<Outcome> = { readonly outcome: Outcome } & EarlierAnswer

/**
 * `stored`: it is in the database now. `repeated`: this wait has that same decision already. `decided-otherwise`: another
 * decision came first. `decided-before`: so did one for another wait of this workflow, a moment ago. `foreign-message`:
 * a message that is no decision lies on the topic, or was read.
 */
export type DecisionOutcome =
  | { readonly outcome: 'stored'; readonly at: Date }
  | Preceded<'repeated'>
  | Preceded<'decided-otherwise'>
  | Preceded<'decided-before'>
  | Preceded<'foreign-message'>
  | { readonly outcome: 'ended'; readonly status: WorkflowStatus }
  | { readonly outcome: 'deadline-passed'; readonly until: Date }

export interface LastDecided {
  readonly step: number
  /** Null where nothing tells: a bare string without a record. */
  readonly by: string | null
}

/** A line of the record: an attempt to decide, whatever became of it. */
export interface RecordedDecision {
  readonly id: number
  readonly workflowId: string
  readonly name: string
  readonly step: number
  readonly topic: string | null
  readonly decision: DecisionVerb
  /** Claimed: what whoever decided said, and where that came from. */
  readonly by: string
  readonly bySource: string
  readonly comment: string | null
  readonly outcome: DecisionOutcome['outcome']
  readonly forced: boolean
  /** By the database's clock. */
  readonly at: Date
  /** Attested: the role that was logged in to Postgres, and from where; null over a Unix socket. */
  readonly sessionUser: string
  readonly clientAddress: string | null
  /** Of the message as JSON without spaces, in hexadecimal digits. */
  readonly payloadSha256: string
}

export interface RecordQuery {
  readonly workflowId?: string
  readonly step?: number
  readonly actor?: AnyOf<string>
  /** Not before, not after. */
  readonly from?: Date
  readonly to?: Date
  /** All of them without. */
  readonly limit?: number
}

export interface RecordSetup {
  /** A role that may decide from then on. */
  readonly decider?: string
  /** False: only tell the statements. */
  readonly run: boolean
}
