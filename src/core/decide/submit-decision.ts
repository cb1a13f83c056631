import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import { command, phrase, quotedList } from '../words/command-line.ts'
import { stringifyExact } from '../words/exact-number.ts'
import type { JsonValue, Wait } from '../workflow.ts'
import type { WorkflowProfiles } from './answer-profile.ts'
import { answerTo, findTopic, waitId } from './decision.ts'
import type { Actor, DecisionOutcome, DecisionVerb } from './decision-record.ts'

export interface Submission {
  /** Of the workflow that waits. */
  readonly name: string
  readonly wait: Wait
  readonly decision: DecisionVerb
  readonly data?: JsonValue
  /** The user's word for it; null for none. */
  readonly topic?: string | null
  readonly actor: Actor
  readonly comment: string | null
  readonly force?: boolean
  readonly isOver?: boolean
  readonly isByWorkflow?: boolean
}

/** A decision that stands, whether it is new or was made before. */
export interface Decided {
  readonly wait: Wait
  readonly topic: string | null
  readonly decision: DecisionVerb
  readonly by: string | null
  readonly comment: string | null
  readonly outcome: 'stored' | 'repeated'
  readonly at: Date
}

export interface DecisionRules {
  readonly workflows: Readonly<Record<string, WorkflowProfiles>>
  readonly isRecorded: boolean
  now(): Date
}

/** Finds out what to send, and sends it once. Throws why it was refused. */
export async function submitDecision(
  store: Store,
  { workflows, isRecorded, now }: DecisionRules,
  submission: Submission,
): Promise<Decided> {
  const { name, wait, decision, data, actor, comment, force, isOver, isByWorkflow } = submission
  const context = { name, profile: workflows[name], learned: await learn(store, submission) }
  const { source, topic: found = null } = findTopic(wait, context)
  const isUnknown = isOver && (source === 'inferred' || source === 'learned')
  const topicFlag = submission.topic
  const over = { ...wait, topic: topicFlag === undefined ? found : topicFlag }
  const { topic, message } = answerTo(isUnknown ? over : wait, context, {
    decision,
    data,
    actor,
    comment,
    at: now(),
    topic: topicFlag,
  })
  const result = await store.decide({
    wait,
    topic,
    decision,
    message,
    actor,
    comment,
    force,
    isByWorkflow,
    isRecorded,
  })
  if (result.outcome === 'stored') {
    return { wait, topic, decision, by: actor.name, comment, outcome: 'stored', at: result.at }
  }
  if (result.outcome !== 'repeated') throw refusal(wait, result)
  return { wait, topic, decision, by: result.by, comment, outcome: 'repeated', at: result.at }
}

/** Only a wait that says nothing itself needs history. */
async function learn(store: Store, { name, wait }: Submission) {
  if (wait.topic !== undefined) return undefined
  const learned = await store.learnAnswers([{ name, step: wait.step }])
  return learned[0]
}

type Refused = Exclude<DecisionOutcome, { outcome: 'stored' | 'repeated' }>

function refusal(wait: Wait, result: Refused): CliError {
  const { workflowId } = wait
  const id = waitId(wait)
  switch (result.outcome) {
    case 'decided-otherwise':
      return new CliError(
        'already-decided',
        `${id} was decided otherwise${describeEarlier(result)}: ${stringifyExact(result.message)}.`,
        { hint: command('audit', [id]) },
      )
    case 'decided-before':
      return new CliError(
        'already-decided',
        `Another wait of ${workflowId} was decided a moment ago${describeEarlier(result)}.`,
        { hint: phrase`if you mean the next one, name it: ${quotedList([id])}` },
      )
    case 'foreign-message':
      return new CliError(
        'already-answered',
        `${id} has a message already, which is no decision of drover's: ${stringifyExact(result.message)}.`,
        { hint: phrase`${command('messages', [workflowId])}   # --force sends all the same` },
      )
    case 'ended':
      return new CliError('already-ended', `${workflowId} ended ${result.status}.`, {
        hint: command('get', [workflowId]),
      })
    case 'deadline-passed':
      return new CliError(
        'deadline-passed',
        `${id} waited until ${result.until.toISOString()}; it is too late.`,
        { hint: command('watch', [workflowId]) },
      )
    default:
      return result satisfies never
  }
}

/** ` by ada at 2026-…`. */
export function describeEarlier({ by, at }: Pick<Decided, 'by' | 'at'>): string {
  return `${by === null ? '' : ` by ${by}`} at ${at.toISOString()}`
}
