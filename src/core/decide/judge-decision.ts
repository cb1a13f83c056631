import { isEnded, type JsonValue, type WorkflowStatus } from '../workflow.ts'
import {
  type Decision,
  type DecisionOutcome,
  type EarlierAnswer,
  isSameDecision,
  type Verdict,
} from './decision.ts'

/** A message of the workflow that waits, with the id under which DBOS has it. */
export interface SentMessage {
  readonly messageId: string
  readonly topic: string | null
  readonly message: JsonValue
  readonly sentAt: Date
  readonly read: boolean
}

/** A decision that is on record as stored. */
export interface StoredDecision {
  readonly key: string
  readonly step: number
  readonly verdict: Verdict
  readonly by: string
  readonly at: Date
}

/** What tells whether a wait can be decided, by the clock of whoever keeps it. */
export interface DecisionFacts {
  readonly now: Date
  readonly status: WorkflowStatus
  /** Of the workflow, the oldest first: all that are unread, and those whose id begins with that of the workflow. */
  readonly messages: readonly SentMessage[]
  /** Of the workflow, the oldest first; undefined where decisions are not recorded. */
  readonly recorded: readonly StoredDecision[] | undefined
  /** What the step of the wait gave once it was over; null where it gave up. */
  readonly taken: { readonly message: JsonValue; readonly at: Date } | undefined
  /** Until when it waits, as its steps tell. */
  readonly until: Date | null
}

export type Refusal = Exclude<DecisionOutcome, { readonly outcome: 'stored' }>

/** Whoever names only the workflow may mean the wait that was just answered, for this long. */
const retryWindowMs = 10_000

/**
 * Whether a decision can be stored, and under which key. A wait that was decided says so for ever, also after the
 * workflow ended. One that was rewound to the very step that waits asks again as of the same time, and its old message is
 * gone: the next turn of the same wait. Where decisions are recorded only the record tells of one: a message that looks
 * like a decision and is not on record is somebody else's. `drover.decide_…` is the same rule in SQL.
 */
export function judgeDecision(
  facts: DecisionFacts,
  decision: Decision,
): { readonly key: string; readonly refusal: Refusal | undefined } {
  const refusal =
    findEarlier(facts, decision) ?? findPlanted(facts, decision) ?? findObstacle(facts, decision)
  return { key: findFreeKey(facts, decision), refusal }
}

/** The id that DBOS gives to a message which was sent under this key. */
function messageIdOf(key: string, workflowId: string): string {
  return `${key}::${workflowId}`
}

/** Whether this is a key of this wait: `ID#STEP`, since when it waits, and which turn. Older ones name the topic as well. */
function isKeyOf({ wait }: Pick<Decision, 'wait'>, key: string): boolean {
  if (!key.startsWith(`${wait.workflowId}:${wait.step}:`)) return false
  return new RegExp(`:${wait.since.getTime()}(:\\d{1,4})?$`).test(key)
}

/** Under which key each message was sent that has the id of a decision of this wait, the oldest first. */
function sentAsDecisions({ messages }: DecisionFacts, decision: Decision): ReadonlyMap<string, SentMessage> {
  const suffix = messageIdOf('', decision.wait.workflowId)
  const keyed = messages
    .filter(({ messageId }) => messageId.endsWith(suffix))
    .map((sent) => [sent.messageId.slice(0, -suffix.length), sent] as const)
  return new Map(keyed.filter(([key]) => isKeyOf(decision, key)))
}

function findEarlier(facts: DecisionFacts, decision: Decision): Refusal | undefined {
  const { message, verdict } = decision
  const sent = sentAsDecisions(facts, decision)
  const keys = facts.recorded?.map(({ key }) => key) ?? [...sent.keys()]
  const key = keys.findLast((one) => sent.has(one))
  const earlier = key === undefined ? undefined : sent.get(key)
  if (!earlier) return undefined
  const stored = facts.recorded?.findLast((one) => one.key === key)
  const isSame = isSameDecision(earlier.message, message) && (stored?.verdict ?? verdict) === verdict
  return {
    outcome: isSame ? 'repeated' : 'decided-otherwise',
    ...toEarlier(earlier),
    by: stored?.by ?? null,
  }
}

/** What has the id of a decision of this wait, and is none. */
function findPlanted(facts: DecisionFacts, decision: Decision): Refusal | undefined {
  if (decision.force) return undefined
  const [planted] = [...sentAsDecisions(facts, decision)]
    .filter(([key]) => !facts.recorded?.some((one) => one.key === key))
    .map(([, sent]) => sent)
  return planted && { outcome: 'foreign-message', ...toEarlier(planted) }
}

function findFreeKey({ recorded, messages }: DecisionFacts, { wait }: Decision): string {
  const firstKey = `${wait.workflowId}:${wait.step}::${wait.since.getTime()}`
  for (let turn = 1; ; turn++) {
    const key = turn === 1 ? firstKey : `${firstKey}:${turn}`
    const id = messageIdOf(key, wait.workflowId)
    if (!messages.some(({ messageId }) => messageId === id) && !recorded?.some((one) => one.key === key))
      return key
  }
}

/** Why this wait can no longer be answered: in what was read of it since, somebody or something came first. */
function findObstacle(facts: DecisionFacts, decision: Decision): Refusal | undefined {
  const { status, taken, until, now, messages } = facts
  const { topic, force, isByWorkflow } = decision
  const before = isByWorkflow ? findBefore(facts, decision) : undefined
  if (before) return before
  if (force) return undefined
  if (isEnded(status)) return { outcome: 'ended', status }
  if (taken && taken.message !== null) {
    return { outcome: 'foreign-message', message: taken.message, at: taken.at, by: null }
  }
  if (until && (taken || until < now)) return { outcome: 'deadline-passed', until }
  const unread = messages.find((sent) => !sent.read && sent.topic === topic)
  return unread && { outcome: 'foreign-message', ...toEarlier(unread) }
}

/** The decision of another wait of this workflow, a moment ago. Whose it was only the record tells. */
function findBefore({ recorded, messages, now }: DecisionFacts, { wait }: Decision): Refusal | undefined {
  const isRecent = (at: Date) => now.getTime() - at.getTime() < retryWindowMs
  const sent = messages.findLast(
    ({ messageId, read, sentAt }) =>
      read &&
      isRecent(sentAt) &&
      messageId.startsWith(`${wait.workflowId}:`) &&
      (recorded?.some(({ key }) => messageIdOf(key, wait.workflowId) === messageId) ?? true),
  )
  if (!sent) return undefined
  const stored = recorded?.find(({ key }) => messageIdOf(key, wait.workflowId) === sent.messageId)
  return { outcome: 'decided-before', ...toEarlier(sent), by: stored?.by ?? null }
}

function toEarlier({ message, sentAt }: SentMessage): EarlierAnswer {
  return { message, at: sentAt, by: null }
}
