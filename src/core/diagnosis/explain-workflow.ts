import type { WorkflowProfiles } from '../decide/answer-profile.ts'
import { createWaitKnowledge, type KnowWaits } from '../decide/known-waits.ts'
import type { Store } from '../store.ts'
import { diagnose } from './diagnose.ts'
import type { Explanation, Explanations } from './explanation.ts'

export type ExplainStore = Pick<Store, 'situation' | 'learnAnswers'>

/** Deeper than anybody nests workflows on purpose. */
const maxDepth = 8

/** Why a workflow is where it is, and what it waits for, down to the bottom of it. Undefined without such a workflow. */
export async function explain(
  store: ExplainStore,
  workflowId: string,
  { workflows = {} }: { readonly workflows?: Readonly<Record<string, WorkflowProfiles>> },
): Promise<Explanations | undefined> {
  const know = createWaitKnowledge(store, workflows)
  const first = await explainOne(store, workflowId, know)
  if (!first) return undefined
  const below: Explanation[] = []
  const seen = new Set([workflowId])
  let next = first.diagnosis.next
  while (next !== null && !seen.has(next) && below.length < maxDepth) {
    seen.add(next)
    const explanation = await explainOne(store, next, know)
    if (!explanation) break
    below.push(explanation)
    next = explanation.diagnosis.next
  }
  return [first, ...below]
}

async function explainOne(
  store: ExplainStore,
  workflowId: string,
  know: KnowWaits,
): Promise<Explanation | undefined> {
  const found = await store.situation(workflowId)
  if (!found) return undefined
  const { name } = found.workflow
  const situation = { ...found, waits: await know(found.waits.map((wait) => ({ ...wait, name }))) }
  return { situation, diagnosis: diagnose(situation) }
}
