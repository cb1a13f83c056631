import type { Cause } from '../../core/diagnosis/cause.ts'
import type { Explanations } from '../../core/diagnosis/explanation.ts'
import type { Situation } from '../../core/diagnosis/situation.ts'
import { causeSentence } from './cause-sentence.ts'
import { evidenceOf, fixes, unknownSentence } from './explanation-lines.ts'
import type { Surroundings } from './fixes.ts'

/** The documented shape of `explain -o json`. */
export function toExplanationJson(explanations: Explanations, surroundings: Surroundings, now: Date): object {
  const [{ situation, diagnosis }, ...below] = explanations
  const { workflowId, name, status } = situation.workflow
  const [first, ...others] = diagnosis.causes
  return {
    workflowId,
    name,
    status,
    ...toCauseJson(first, situation),
    also: others.map((cause) => toCauseJson(cause, situation)),
    because: below.map(({ situation: other, diagnosis: its }) => ({
      workflowId: other.workflow.workflowId,
      name: other.workflow.name,
      status: other.workflow.status,
      ...toCauseJson(its.causes[0], other),
    })),
    evidence: Object.fromEntries(evidenceOf(situation, now)),
    unknown: diagnosis.unknown.map(unknownSentence),
    fix: fixes(explanations, surroundings).map(({ command, effect }) => ({ command, effect })),
  }
}

function toCauseJson(cause: Cause, situation: Situation): object {
  return { cause: cause.kind, why: causeSentence(cause, situation) }
}
