import type { RecordedDecision } from '../../core/decide/decision-record.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { shortId } from '../text.ts'
import { formatTime } from '../time-text.ts'

const faint = (text: string, _row: unknown, style: Style) => style.faint(text)

export const decisionColumns: readonly Column<RecordedDecision>[] = [
  { title: 'AT', value: ({ at }) => at.toISOString(), short: ({ at }) => formatTime(at), optional: 2 },
  {
    title: 'WAIT',
    value: waitId,
    compact: ({ workflowId, step }) => `${shortId(workflowId)}#${step}`,
    minWidth: 12,
  },
  {
    title: 'DECISION',
    value: ({ decision }) => decision,
    short: ({ decision }) => (decision === 'approved' ? '✓ approved' : '✗ rejected'),
    paint: (text, { decision }, style) => (decision === 'approved' ? style.good(text) : style.warning(text)),
  },
  {
    title: 'OUTCOME',
    value: ({ outcome }) => outcome,
    paint: (text, { outcome }, style) => (isStanding(outcome) ? text : style.bad(text)),
  },
  { title: 'BY', value: ({ by }) => by, minWidth: 8 },
  { title: 'COMMENT', isText: true, value: ({ comment }) => comment ?? '', minWidth: 8, optional: 1 },
  { title: 'ROLE', value: ({ sessionUser }) => sessionUser, paint: faint, optional: 3 },
  { title: 'ADDRESS', value: ({ clientAddress }) => clientAddress ?? '', paint: faint, optional: 4 },
  { title: 'WORKFLOW', value: ({ name }) => name, paint: faint, minWidth: 8, optional: 5 },
]

function isStanding(outcome: RecordedDecision['outcome']): boolean {
  return outcome === 'stored' || outcome === 'repeated'
}
