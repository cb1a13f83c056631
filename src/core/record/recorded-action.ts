import type { AnyOf } from '../words/any-of.ts'
import type { JsonValue } from '../workflow.ts'

/** What is done to workflows, and has a line for each of them. */
const workflowActions = [
  ...(['cancel', 'resume', 'fork', 'rewind', 'delete', 'recover'] as const),
  ...(['reprioritize', 'reschedule', 'requeue', 'send'] as const),
] as const

/** What has its line in the transaction of the change. */
export const recordedActions = [
  ...workflowActions,
  ...([
    'import',
    'retain',
    'queues create',
    'queues set',
    'queues delete',
    'queues pause',
    'queues resume',
  ] as const),
  ...(['schedules pause', 'schedules resume', 'versions promote'] as const),
] as const

/** What DBOS's client does in transactions of its own, and what only reads: a line before, and one after. */
export const intendedActions = [
  ...(['schedules trigger', 'schedules create', 'schedules update', 'schedules delete'] as const),
  ...(['schedules backfill', 'versions rename-application', 'export'] as const),
] as const

export type RecordedActionName = (typeof recordedActions)[number]
export type IntendedActionName = (typeof intendedActions)[number]
export type ActionName = RecordedActionName | IntendedActionName

/** A line of the record of actions. Source: `drover.actions`. */
export interface RecordedAction {
  readonly id: number
  readonly action: ActionName
  /** Null of what is not done to one workflow. */
  readonly workflowId: string | null
  /** The queue, schedule, version or application; null of what is done to workflows. */
  readonly subject: string | null
  /**
   * `done`: it is true, the line is in the transaction of the change; of what was intended, what its process says. `sent`: a
   * message to a workflow that asked on its topic. `intended`: it is or was about to be done; what became of it is another line.
   */
  readonly outcome: 'done' | 'sent' | 'intended' | 'failed'
  /** The line that said that it was intended. */
  readonly intentId: number | null
  /** How it was, as whoever did it says, and how it is after it: null where that is not known. */
  readonly before: JsonValue
  readonly after: JsonValue
  /** Claimed: what whoever did it said, and where that came from. */
  readonly by: string
  readonly bySource: string
  readonly comment: string | null
  /** By the database's clock. */
  readonly at: Date
  /** Attested: the role that was logged in to Postgres, and from where; null over a Unix socket. */
  readonly sessionUser: string
  readonly clientAddress: string | null
}

export interface ActionQuery {
  readonly workflowId?: string
  /** The queue, schedule, version or application. */
  readonly subject?: string
  readonly actor?: AnyOf<string>
  /** Not before, not after. */
  readonly from?: Date
  readonly to?: Date
  /** All of them without. */
  readonly limit?: number
}
