import type { Context } from '../context.ts'
import { diagnose } from '../core/diagnose.ts'
import type { Explanation, Explanations } from '../core/explanation.ts'
import type { Store } from '../core/store.ts'
import { renderExplanation } from '../render/explanation.ts'
import type { Surroundings } from '../render/remedy.ts'
import { createStyle } from '../render/style.ts'
import type { Settings } from '../settings/settings.ts'
import type { Output } from '../terminal/terminal.ts'

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
