import type { Context } from '../context.ts'
import { type ExplainStore, explain } from '../core/diagnosis/explain-workflow.ts'
import type { Explanations } from '../core/diagnosis/explanation.ts'
import type { Store } from '../core/store.ts'
import { asText } from '../core/words/command-line.ts'
import { causeSentence } from '../render/explain/cause-sentence.ts'
import { fixes, renderExplanation, type TypedFix } from '../render/explain/explanation-lines.ts'
import type { Surroundings } from '../render/explain/fixes.ts'
import { createStyle } from '../render/style.ts'
import { escapeName } from '../render/text.ts'
import type { Settings } from '../settings/settings.ts'
import type { Output } from '../terminal/terminal.ts'
import { printNotice } from './print-notice.ts'

export function surroundingsOf(
  { databaseFlags }: Pick<Context, 'databaseFlags'>,
  store: Pick<Store, 'database'>,
  settings: Settings,
): Surroundings {
  const { own, isBeforeSdk5 } = store.database
  return {
    own,
    isBeforeSdk5,
    app: settings.app?.value,
    databaseFlags,
    workflows: settings.workflows,
  }
}

/** The screen, as wide as the output allows; in a pipe no line is broken. */
export function explanationText(
  { now }: Pick<Context, 'now'>,
  output: Output,
  explanations: Explanations,
  surroundings: Surroundings,
): string {
  const width = output.isTerminal ? output.columns : Number.POSITIVE_INFINITY
  const frame = { style: createStyle(output.colorLevel), width, now: now() }
  return renderExplanation(explanations, surroundings, frame).join('\n')
}

/** More than these are many to read. */
const explainedAtOnce = 3

/** Why workflows do not move, and what fixes it: for whoever waited in vain. */
export async function noteWhy(
  context: Pick<Context, 'terminal'>,
  store: ExplainStore,
  workflowIds: readonly string[],
  surroundings: Surroundings,
): Promise<void> {
  for (const workflowId of workflowIds.slice(0, explainedAtOnce)) {
    const why = await whyNotMoving(store, workflowId, surroundings)
    if (!why) continue
    const { sentence, fix } = why
    printNotice({ ...context, databaseFlags: surroundings.databaseFlags ?? [] }, asText(sentence))
    if (fix) printNotice(context, `hint: ${fix.command}   # ${fix.effect}`)
  }
}

/** The same of one workflow, for whoever tells it otherwise; undefined for an unknown id. */
export async function whyNotMoving(
  store: ExplainStore,
  workflowId: string,
  surroundings: Surroundings,
): Promise<{ readonly sentence: string; readonly fix: TypedFix | undefined } | undefined> {
  const explanations = await explain(store, workflowId, surroundings)
  return explanations && whyOf(explanations, surroundings)
}

/** The same of a workflow that is still enqueued, in one line; undefined while nothing stands in its way. */
export async function whyQueued(
  store: ExplainStore,
  workflowId: string,
  surroundings: Surroundings,
): Promise<string | undefined> {
  const explanations = await explain(store, workflowId, surroundings)
  const [first] = explanations ?? []
  if (!explanations || first?.situation.workflow.status !== 'ENQUEUED') return undefined
  if (first.diagnosis.causes[0].kind === 'due') return undefined
  const { sentence, fix } = whyOf(explanations, surroundings)
  return fix ? `${sentence} To fix it: ${fix.command}` : sentence
}

/** Of a workflow that waits for another one, that one's cause. */
function whyOf(
  explanations: Explanations,
  surroundings: Surroundings,
): { readonly sentence: string; readonly fix: TypedFix | undefined } {
  const [first] = explanations
  const { situation, diagnosis } = explanations.at(-1) ?? first
  const { workflowId } = situation.workflow
  const top = first.situation.workflow.workflowId
  const whose =
    workflowId === top ? escapeName(top) : `${escapeName(top)} waits for ${escapeName(workflowId)}`
  const [fix] = fixes(explanations, surroundings)
  return { sentence: `${whose}: ${causeSentence(diagnosis.causes[0], situation)}`, fix }
}
