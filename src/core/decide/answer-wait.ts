import type { Store } from '../store.ts'
import type { SaidDecision } from './decision.ts'
import { type FindWorkflow, findWait } from './find-wait.ts'
import { type Decided, type DecisionRules, submitDecision } from './submit-decision.ts'

/** What somebody decides, before it is known about which wait. */
export type Answer = Omit<SaidDecision, 'wait' | 'isByWorkflow' | 'isRecorded'>

/** Decides `ID#STEP`, or the only open wait of a workflow, once. Throws why it was refused. */
export async function answerWait(
  store: Store,
  rules: DecisionRules,
  typed: string,
  answer: Answer,
  findWorkflow: FindWorkflow,
): Promise<Decided> {
  const decider = { by: answer.actor.name, isRecorded: rules.isRecorded }
  const addressed = await findWait(store, typed, decider, findWorkflow)
  return submitDecision(store, rules, { ...addressed, ...answer, name: addressed.workflow.name })
}
