import { isDeepStrictEqual } from 'node:util'
import type { Topic } from '../topic.ts'
import { isJsonObject } from '../words/json.ts'
import type { JsonValue, Wait, WorkflowStatus } from '../workflow.ts'

export type Verdict = 'approved' | 'rejected'

export interface Actor {
  readonly name: string
  /** Where the name came from: `--as`, an environment variable, or the operating system. */
  readonly source: string
}

/** What somebody decides about one wait: from where it was said to the row that it becomes it is this value. */
export interface Decision {
  readonly wait: Wait
  readonly verdict: Verdict
  readonly topic: Topic
  /** What the workflow receives. */
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

/** A decision as somebody says it: `settleDecision` finds the topic and the message that were not chosen. */
export type SaidDecision = Omit<Decision, 'topic' | 'message'> & Partial<Pick<Decision, 'topic' | 'message'>>

/** What answered a wait before. Of a message that is not on record as a decision only `message` and `at` are known. */
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

/** Whether two messages decide the same: who did, when and why may differ. */
export function isSameDecision(earlier: JsonValue, message: JsonValue): boolean {
  return isDeepStrictEqual(withoutSignature(earlier), withoutSignature(message))
}

function withoutSignature(message: JsonValue): JsonValue {
  if (verdictOf(message) === undefined || !isJsonObject(message)) return message
  const { by, comment, at, ...content } = message
  return content
}

/** What a message of the standard form says by itself; undefined for any other. */
export function verdictOf(message: JsonValue | undefined): Verdict | undefined {
  const approved = isJsonObject(message) ? message.approved : undefined
  if (typeof approved !== 'boolean') return undefined
  return approved ? 'approved' : 'rejected'
}

/** Who a message says it is by: a claim of whoever sent it. Null when it does not tell. */
export function deciderOf(message: JsonValue): string | null {
  const by = isJsonObject(message) ? message.by : undefined
  return typeof by === 'string' ? by : null
}
