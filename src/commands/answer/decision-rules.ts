import type { Context } from '../../context.ts'
import type { DecisionRules } from '../../core/decide/submit-decision.ts'
import type { Settings } from '../../settings/settings.ts'

export function decisionRules(
  { now }: Pick<Context, 'now'>,
  { workflows, audit }: Pick<Settings, 'workflows' | 'audit'>,
): DecisionRules {
  return { workflows, isRecorded: audit.value === 'on', now }
}
