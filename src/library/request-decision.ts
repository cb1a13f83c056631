import { createRequire } from 'node:module'
import path from 'node:path'
import { askPrefix } from '../core/dbos-names.ts'
import type { JsonValue } from '../core/workflow.ts'

/** The part of the `DBOS` of the application that is needed here. */
export interface Dbos {
  isWithinWorkflow(): boolean
  setEvent(key: string, value: unknown): Promise<void>
  recv<Message>(topic?: string, timeoutSeconds?: number): Promise<Message | null>
}

export interface DecisionQuestion {
  /** One sentence, as whoever decides reads it. */
  readonly prompt: string
  /** Questions that can be open at the same time need topics of their own; `decision` by default. */
  readonly topic?: string
  /** How long to wait; a day by default. */
  readonly timeoutSeconds?: number
  /** What whoever decides should know besides; shown beside the question. */
  readonly details?: { readonly [key: string]: JsonValue }
  /** What `drover approve` and `drover reject` are to send instead of the standard answer. */
  readonly approve?: JsonValue
  readonly reject?: JsonValue
}

/** `other` is an answer that does not say whether it approves, such as one of `--data`. */
export type RequestedDecision<Answer = JsonValue> =
  | {
      readonly outcome: 'approved' | 'rejected'
      readonly by: string | null
      readonly comment: string | null
      readonly answer: Answer
    }
  | { readonly outcome: 'timed-out' }
  | { readonly outcome: 'other'; readonly answer: Answer }

const dayInSeconds = 86_400

/**
 * Asks a person, and waits: to be called inside a DBOS workflow. The question is published as event `awaiting:<topic>` right
 * before the workflow receives on that topic, which is how `drover inbox` knows that it is open. Uses the application's own
 * copy of the SDK; give it as `dbos` where a bundler hides it.
 */
export async function requestDecision<Answer = JsonValue>(
  { prompt, topic = 'decision', timeoutSeconds = dayInSeconds, details, approve, reject }: DecisionQuestion,
  { dbos = findDbos() }: { readonly dbos?: Dbos } = {},
): Promise<RequestedDecision<Answer>> {
  // Nothing between the two: their neighbouring step numbers tell that the question is still open.
  await dbos.setEvent(`${askPrefix}${topic}`, {
    ...details,
    topic,
    prompt,
    ...(approve !== undefined && { approve }),
    ...(reject !== undefined && { reject }),
  })
  const answer = await dbos.recv<Answer>(topic, timeoutSeconds)
  return answer === null ? { outcome: 'timed-out' } : toDecision(answer, { approve, reject })
}

function toDecision<Answer>(
  answer: Answer,
  named: { readonly approve?: JsonValue; readonly reject?: JsonValue },
): RequestedDecision<Answer> {
  const fields = new Map(typeof answer === 'object' && answer !== null ? Object.entries(answer) : [])
  const text = (key: string) => {
    const value = fields.get(key)
    return typeof value === 'string' ? value : null
  }
  const verdict = fields.get('approved') ?? verdictOf(answer, named)
  if (typeof verdict !== 'boolean') return { outcome: 'other', answer }
  const outcome = verdict ? 'approved' : 'rejected'
  return { outcome, by: text('by'), comment: text('comment'), answer }
}

/** The answers that the question itself named. */
function verdictOf(
  answer: unknown,
  { approve, reject }: { readonly approve?: JsonValue; readonly reject?: JsonValue },
): boolean | undefined {
  const isThat = (named: JsonValue | undefined) =>
    named !== undefined && JSON.stringify(answer) === JSON.stringify(named)
  if (isThat(approve)) return true
  return isThat(reject) ? false : undefined
}

/** Of all copies of the SDK in this process the one whose workflow this is. Node keeps CommonJS modules in one cache. */
function findDbos(): Dbos {
  const { cache } = createRequire(import.meta.url)
  const ending = path.join('@dbos-inc', 'dbos-sdk', 'dist', 'src', 'index.js')
  const copies = Object.entries(cache).filter(([file]) => file.endsWith(ending))
  const running = copies
    .map(([, module]) => (module?.exports as { readonly DBOS?: Dbos } | undefined)?.DBOS)
    .find((dbos) => dbos?.isWithinWorkflow())
  if (running) return running
  throw new Error(
    'requestDecision must be called inside a DBOS workflow. If it is, give it the DBOS that you import: requestDecision(question, { dbos: DBOS }).',
  )
}
