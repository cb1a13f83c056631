import type { Topic } from '../topic.ts'
import type { AnyOf } from '../words/any-of.ts'
import type { DecisionOutcome, Verdict } from './decision.ts'

export interface LastDecided {
  readonly step: number
  /** Where decisions are not recorded, what the message claims; null where it claims nothing. */
  readonly by: string | null
}

/** A line of the record: an attempt to decide, whatever became of it. */
export interface RecordedDecision {
  readonly id: number
  readonly workflowId: string
  readonly name: string
  readonly step: number
  readonly topic: Topic
  readonly decision: Verdict
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
  /** A role that may record what it does from then on. */
  readonly operator?: string
  /** False: only tell the statements. */
  readonly run: boolean
}
