import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import type { Topic } from '../topic.ts'
import { command, phrase, quotedList } from '../words/command-line.ts'
import { stringifyExact } from '../words/exact-number.ts'
import type { Wait } from '../workflow.ts'
import type { WorkflowProfiles } from './answer-profile.ts'
import type { DecisionOutcome, SaidDecision, Verdict } from './decision.ts'
import { findTopic, type WaitContext } from './find-topic.ts'
import { settleDecision } from './settle-decision.ts'
import { waitId } from './wait-id.ts'

/** A decision that stands, whether it is new or was made before. */
export interface Decided {
  readonly wait: Wait
  readonly topic: Topic
  readonly decision: Verdict
  /** Null where it was made before and is not on record. */
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

/** Whose wait it is, and whether it is open. */
interface Addressed {
  /** Of the workflow that waits. */
  readonly name: string
  /** Nobody waits there any more: only what became of it can be told. */
  readonly isOver?: boolean
}

/** Finds out on which topic to send what, and sends it once. Throws why it was refused. */
export async function submitDecision(
  store: Store,
  { workflows, isRecorded, now }: DecisionRules,
  { name, isOver = false, ...said }: SaidDecision & Addressed,
): Promise<Decided> {
  const { wait, actor, comment, verdict } = said
  const context = { name, profile: workflows[name], learned: await learn(store, wait, name) }
  const topicOfPast = isOver && !said.force ? anyTopic(wait, context) : undefined
  const chosen = said.topic === undefined ? { ...said, topic: topicOfPast } : said
  const decision = { ...settleDecision(chosen, context, now()), isRecorded }
  const result = await store.decide(decision)
  const decided = { wait, topic: decision.topic, decision: verdict, comment }
  switch (result.outcome) {
    case 'stored':
      return { ...decided, by: actor.name, outcome: 'stored', at: result.at }
    case 'repeated':
      return { ...decided, by: result.by, outcome: 'repeated', at: result.at }
    default:
      throw refusal(wait, result)
  }
}

/** Only a wait that says nothing itself needs history. */
async function learn(store: Store, wait: Wait, name: string): Promise<WaitContext['learned']> {
  if (wait.topic !== undefined) return undefined
  const [learned] = await store.learnAnswers([{ name, step: wait.step }])
  return learned
}

/** Of a wait that is over, where nothing is sent any more: a guess will do. */
function anyTopic(wait: Wait, context: WaitContext): Topic | undefined {
  const { source, topic = null } = findTopic(wait, context)
  return source === 'inferred' || source === 'learned' ? topic : undefined
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
