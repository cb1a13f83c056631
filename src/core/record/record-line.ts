import type { RecordedDecision } from '../decide/decision-record.ts'
import type { RecordedAction } from './recorded-action.ts'

/** A line of the record: a decision, or another action. */
export type RecordLine =
  | ({ readonly type: 'decision' } & RecordedDecision)
  | ({ readonly type: 'action' } & RecordedAction)

/** Both together, the newest first, as many as there may be. */
export function mergeRecord(
  decisions: readonly RecordedDecision[],
  actions: readonly RecordedAction[],
  limit?: number,
): readonly RecordLine[] {
  const lines: RecordLine[] = [
    ...decisions.map((decision) => ({ type: 'decision' as const, ...decision })),
    ...actions.map((action) => ({ type: 'action' as const, ...action })),
  ]
  // Each is in its order already, which a sort keeps.
  return lines.sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, limit)
}
