import type { Context } from '../context.ts'
import { diagnose } from '../core/diagnose.ts'
import type { Explanation, Explanations } from '../core/explanation.ts'
import type { Store } from '../core/store.ts'
import { causeSentence } from '../render/cause.ts'
import { remedies, renderExplanation } from '../render/explanation.ts'
import type { Surroundings } from '../render/remedy.ts'
import { createStyle } from '../render/style.ts'
import type { Settings } from '../settings/settings.ts'
import type { Output } from '../terminal/terminal.ts'
import { tell } from './tell.ts'

/** Deeper than anybody nests workflows on purpose. */
const maxDepth = 8

/** Why a workflow is where it is, and what it waits for, down to the bottom of it. Undefined without such a workflow. */
export async function explain(
  store: Pick<Store, 'situation'>,
  workflowId: string,
): Promise<Explanations | undefined> {
  const first = await explainOne(store, workflowId)
  if (!first) return undefined
  const below: Explanation[] = []
  const seen = new Set([workflowId])
  let next = first.diagnosis.next
  while (next !== null && !seen.has(next) && below.length < maxDepth) {
    seen.add(next)
    const explanation = await explainOne(store, next)
    if (!explanation) break
    below.push(explanation)
    next = explanation.diagnosis.next
  }
  return [first, ...below]
}

async function explainOne(
  store: Pick<Store, 'situation'>,
  workflowId: string,
): Promise<Explanation | undefined> {
  const situation = await store.situation(workflowId)
  return situation && { situation, diagnosis: diagnose(situation) }
}

export function surroundingsOf(store: Pick<Store, 'database'>, settings: Settings): Surroundings {
  return { own: store.database.own, app: settings.app?.value }
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

/** Why workflows do not move, a line each, and what mends it: for whoever waited in vain. */
export async function noteWhy(
  context: Pick<Context, 'terminal'>,
  store: Pick<Store, 'situation'>,
  workflowIds: readonly string[],
  surroundings: Surroundings,
): Promise<void> {
  for (const workflowId of workflowIds.slice(0, explainedAtOnce)) {
    const explanations = await explain(store, workflowId)
    const { situation, diagnosis } = explanations?.at(-1) ?? {}
    if (!explanations || !situation || !diagnosis) continue
    const { workflow } = situation
    const whose = workflow.workflowId === workflowId ? '' : ` (it waits for ${workflow.workflowId})`
    tell(context, `${workflowId}${whose}: ${causeSentence(diagnosis.causes[0], situation)}`)
    const [remedy] = remedies(explanations, surroundings)
    if (remedy) tell(context, `hint: ${remedy.command}   # ${remedy.effect}`)
  }
}
