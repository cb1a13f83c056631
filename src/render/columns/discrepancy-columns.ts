import type { Discrepancy } from '../../core/decide/verify-record.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { Column } from '../table.ts'
import { shortId } from '../text.ts'
import { formatTime } from '../time-text.ts'

export const discrepancyColumns: readonly Column<Discrepancy>[] = [
  { title: 'AT', value: ({ at }) => at.toISOString(), short: ({ at }) => formatTime(at), optional: 1 },
  {
    title: 'WAIT',
    value: waitId,
    compact: ({ workflowId, step }) => `${shortId(workflowId)}#${step}`,
    minWidth: 12,
  },
  { title: 'PROBLEM', value: ({ problem }) => problem, paint: (text, _row, style) => style.bad(text) },
  { title: 'DECISION', value: ({ decision }) => decision ?? '' },
  { title: 'BY', value: ({ by }) => by ?? '', minWidth: 8 },
  { title: 'TOPIC', value: ({ topic }) => topic ?? '', minWidth: 8, optional: 2 },
]
