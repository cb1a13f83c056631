import type { Discrepancy } from '../../core/decide/verify-record.ts'
import type { RecordedAction } from '../../core/record/recorded-action.ts'
import type { Column } from '../table.ts'
import { shortId } from '../text.ts'
import { formatTime } from '../time-text.ts'
import { toIso } from './cell.ts'

/** A line of `audit verify`: a wait whose message and record differ, or an action of which nobody knows the end. */
export interface VerifiedRow {
  readonly workflowId: string | null
  readonly step: number | null
  readonly topic: Discrepancy['topic']
  readonly problem: Discrepancy['problem'] | 'in-doubt'
  readonly decision: Discrepancy['decision']
  readonly by: string | null
  readonly at: Date
  /** Null of a decision. */
  readonly action: RecordedAction['action'] | null
  readonly subject: string | null
}

export function ofDiscrepancy(discrepancy: Discrepancy): VerifiedRow {
  return { ...discrepancy, action: null, subject: null }
}

export function ofDoubt({ workflowId, action, subject, by, at }: RecordedAction): VerifiedRow {
  const wait = { step: null, topic: null, decision: null }
  return { ...wait, workflowId, problem: 'in-doubt', by, at, action, subject }
}

export function subjectOfVerified({ workflowId, step, subject }: VerifiedRow): string {
  return step === null ? (workflowId ?? subject ?? '') : `${workflowId}#${step}`
}

export const discrepancyColumns: readonly Column<VerifiedRow>[] = [
  { title: 'AT', value: ({ at }) => toIso(at), short: ({ at }) => formatTime(at), optional: 1 },
  {
    title: 'OF',
    value: subjectOfVerified,
    compact: (row) =>
      row.step === null ? shortId(subjectOfVerified(row)) : `${shortId(row.workflowId ?? '')}#${row.step}`,
    minWidth: 12,
  },
  { title: 'PROBLEM', value: ({ problem }) => problem, paint: (text, _row, style) => style.bad(text) },
  { title: 'ACTION', value: ({ decision, action }) => decision ?? action ?? '' },
  { title: 'BY', value: ({ by }) => by ?? '', minWidth: 8 },
  { title: 'TOPIC', value: ({ topic }) => topic ?? '', minWidth: 8, optional: 2 },
]
