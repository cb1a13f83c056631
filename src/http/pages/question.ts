import { isAsking } from '../../core/dbos-names.ts'
import type { RecordedDecision } from '../../core/decide/decision-record.ts'
import type { KnownWait } from '../../core/decide/known-waits.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/words/json.ts'
import { isEnded, type Workflow, type WorkflowEvent } from '../../core/workflow.ts'
import { findKnownWait } from '../answer/find-known-wait.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What a page tells of a wait: what is asked, by whom, and what became of it. */
export interface Question {
  readonly wait: KnownWait
  readonly waitId: string
  readonly text: string
  /** What the asking event holds besides the question itself. */
  readonly details: readonly (readonly [name: string, value: WorkflowEvent['value']])[]
  readonly workflow: Workflow
  readonly events: readonly WorkflowEvent[]
  /** Who decided; undefined where nobody did, or it is not on record. */
  readonly decision: RecordedDecision | undefined
  readonly isOpen: boolean
  readonly isRead: boolean
}

type Parts = Pick<GatewayParts, 'store' | 'workflows' | 'isRecorded'>

/** What the page says in its own words. */
const known = ['prompt', 'topic', 'approve', 'reject', 'until']

/** Throws 404. */
export async function readQuestion(parts: Parts, typed: string): Promise<Question> {
  const { store } = parts
  const wait = await findKnownWait(parts, typed)
  const { workflowId, step } = wait
  const [open, workflow, events, decision] = await Promise.all([
    store.waits([workflowId]),
    store.get(workflowId),
    store.events(workflowId),
    findDecision(parts, wait),
  ])
  if (!workflow) throw new CliError('workflow-not-found', 'It was deleted a moment ago.')
  const isThere = open.some((one) => one.step === step)
  return {
    wait,
    waitId: waitId(wait),
    text: describeQuestion(wait),
    details: isJsonObject(wait.request)
      ? Object.entries(wait.request).filter(([name]) => !known.includes(name))
      : [],
    workflow,
    events: events.filter(({ key }) => !isAsking(key)),
    decision,
    isOpen: isThere && wait.state !== 'answered' && !isEnded(workflow.status),
    isRead: !isThere,
  }
}

/** Of this opening of the wait: one that was rewound has no decision yet. */
async function findDecision(
  { store, isRecorded }: Parts,
  { workflowId, step, since }: KnownWait,
): Promise<RecordedDecision | undefined> {
  if (!isRecorded) return undefined
  try {
    const found = await store.decisions({ workflowId, step, from: since })
    return found.find(({ outcome }) => outcome === 'stored')
  } catch (error) {
    if (error instanceof CliError && error.code === 'no-record') return undefined
    throw error
  }
}
