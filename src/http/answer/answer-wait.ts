import type { Actor, Verdict } from '../../core/decide/decision.ts'
import { findWait } from '../../core/decide/find-wait.ts'
import { type Decided, submitDecision } from '../../core/decide/submit-decision.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import type { JsonValue } from '../../core/workflow.ts'
import type { GatewayParts } from '../gateway-parts.ts'

export interface GatewayAnswer {
  readonly decision: Verdict
  readonly comment: string | null
  readonly data?: JsonValue
  readonly topic?: string | null
  readonly actor: Actor
}

type Parts = Pick<GatewayParts, 'store' | 'workflows' | 'isRecorded' | 'now'>

/** Decides `ID#STEP`, or the only open wait of a workflow, once. Throws why it was refused. */
export async function answerWait(
  { store, workflows, isRecorded, now }: Parts,
  typed: string,
  { decision, comment, data, topic, actor }: GatewayAnswer,
): Promise<Decided> {
  const addressed = await findWait(store, typed, { by: actor.name, isRecorded }, async (id) => {
    const workflow = await store.get(id)
    if (workflow) return workflow
    throw new CliError('workflow-not-found', `There is no workflow "${id}".`, {
      hint: command('inbox'),
    })
  })
  const { name } = addressed.workflow
  const rules = { workflows, isRecorded, now }
  const said = { verdict: decision, actor, comment, message: data, topic }
  return submitDecision(store, rules, { ...addressed, ...said, name })
}
