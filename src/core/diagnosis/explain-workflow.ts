import type { WorkflowProfiles } from '../decide/answer-profile.ts'
import { createWaitKnowledge, type KnowWaits } from '../decide/known-waits.ts'
import type { Store } from '../store.ts'
import { diagnose } from './diagnose.ts'
import type { Explanation, Explanations } from './explanation.ts'

export type ExplainStore = Pick<Store, 'situations' | 'learnAnswers'>

interface ExplainOptions {
  readonly workflows?: Readonly<Record<string, WorkflowProfiles>>
}

/** Deeper than anybody nests workflows on purpose. */
const maxDepth = 8

/** Why a workflow is where it is, and what it waits for, down to the bottom of it. Undefined without such a workflow. */
export async function explain(
  store: ExplainStore,
  workflowId: string,
  { workflows = {} }: ExplainOptions,
): Promise<Explanations | undefined> {
  const know = createWaitKnowledge(store, workflows)
  const [first] = await explainThese(store, [workflowId], know)
  if (!first) return undefined
  const below: Explanation[] = []
  const seen = new Set([workflowId])
  let next = first.diagnosis.next
  while (next !== null && !seen.has(next) && below.length < maxDepth) {
    seen.add(next)
    const [explanation] = await explainThese(store, [next], know)
    if (!explanation) break
    below.push(explanation)
    next = explanation.diagnosis.next
  }
  return [first, ...below]
}

/** Why each of these is where it is, without payloads and what it waits for, in their order and without those that are not there. */
export function explainEach(
  store: ExplainStore,
  workflowIds: readonly string[],
  { workflows = {} }: ExplainOptions,
): Promise<readonly Explanation[]> {
  return explainThese(store, workflowIds, createWaitKnowledge(store, workflows), { payloads: false })
}

async function explainThese(
  store: ExplainStore,
  workflowIds: readonly string[],
  know: KnowWaits,
  options?: { readonly payloads: boolean },
): Promise<readonly Explanation[]> {
  const found = await store.situations(workflowIds, options)
  const waits = await know(
    found.flatMap((one) => one.waits.map((wait) => ({ ...wait, name: one.workflow.name }))),
  )
  return found.map((one) => {
    const own = waits.filter(({ workflowId }) => workflowId === one.workflow.workflowId)
    const situation = { ...one, waits: own }
    return { situation, diagnosis: diagnose(situation) }
  })
}
