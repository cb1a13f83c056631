import { createHash } from 'node:crypto'
import type { RecordedAction } from '../record/recorded-action.ts'
import type { Topic } from '../topic.ts'
import { stringifyExact } from '../words/exact-number.ts'
import type { JsonValue } from '../workflow.ts'
import type { Verdict } from './decision.ts'

/**
 * `altered`: the message is not the one that was decided. `missing`: the step read an answer, and the message of the
 * decision is not there. `unrecorded`: a message looks like a decision, or answered a question, and no decision is on
 * record for it.
 */
export type RecordProblem = 'altered' | 'missing' | 'unrecorded'

/** Where messages and record differ. */
export interface Discrepancy {
  readonly workflowId: string
  readonly step: number
  readonly topic: Topic
  readonly problem: RecordProblem
  /** Of the record; null where there is none. */
  readonly decision: Verdict | null
  readonly by: string | null
  /** When it was decided, or sent. */
  readonly at: Date
}

export interface RecordVerification {
  /** Decisions whose messages were compared. */
  readonly checked: number
  /** Since when messages were looked at: the first decision on record, or the time that was asked for; null without one. */
  readonly since: Date | null
  readonly discrepancies: readonly Discrepancy[]
  /** What was to be done, and of which nobody said what became of it, the oldest first. */
  readonly doubts: readonly RecordedAction[]
}

/** What the record keeps of a message. */
export function hashOfMessage(message: JsonValue): string {
  return createHash('sha256').update(stringifyExact(message)).digest('hex')
}

/** Of a decision on record: its message as it is now, undefined where there is none, and whether its step read one. */
export function findProblem(
  payloadSha256: string,
  message: JsonValue | undefined,
  { isRead }: { readonly isRead: boolean },
): RecordProblem | undefined {
  if (message === undefined) return isRead ? 'missing' : undefined
  return hashOfMessage(message) === payloadSha256 ? undefined : 'altered'
}

/** The step that the id of a message names which was sent as a decision; null for any other. */
export function decidedStepOf(messageId: string, workflowId: string): number | null {
  if (!messageId.startsWith(`${workflowId}:`) || !messageId.endsWith(`::${workflowId}`)) return null
  const key = messageId.slice(workflowId.length + 1, -workflowId.length - 2)
  const step = /^(\d+):.*:\d{12,15}(:\d{1,4})?$/s.exec(key)?.[1]
  return step === undefined ? null : Number(step)
}
