import type { Context } from '../../context.ts'
import type { DecisionRules } from '../../core/decide/submit-decision.ts'
import { printNotice } from '../../frame/print-notice.ts'
import type { Settings } from '../../settings/settings.ts'

export function decisionRules(
  { now }: Pick<Context, 'now'>,
  { workflows, audit }: Pick<Settings, 'workflows' | 'audit'>,
): DecisionRules {
  return { workflows, isRecorded: audit.value !== 'off', now }
}

/** Whoever decides hears that nobody will know it. */
export function noteUnrecorded(context: Pick<Context, 'terminal'>, { audit }: Pick<Settings, 'audit'>): void {
  if (audit.value !== 'off') return
  printNotice(context, `Who decides is not recorded: "audit" is "off" in ${audit.source}.`)
}
