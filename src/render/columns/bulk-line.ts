import type { BulkRow } from '../../core/manage/ledger.ts'
import { type BulkVerb, pastByVerb } from '../../core/manage/manage.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { escapeControls, escapeName } from '../text.ts'

/** What became of one workflow, for a person: `✓ order-17  cancelled, was PENDING`. */
export function bulkLine(verb: BulkVerb, row: BulkRow, style: Style): string {
  const id = escapeName(row.workflowId)
  switch (row.outcome) {
    case 'changed':
      return `${style.good('✓')} ${id}  ${pastByVerb[verb]}${detailOf(row)}`
    case 'would-change':
      return `${style.accent('→')} ${id}  would be ${pastByVerb[verb]}${detailOf(row, 'is')}`
    case 'no-op':
      return `${style.warning('·')} ${id}  ${style.warning(`nothing to do: ${row.reason ?? ''}`)}`
    case 'not-found':
      return `${style.bad('✗')} ${id}  ${style.bad('not found')}`
    case 'failed':
      return `${style.bad('✗')} ${id}  ${style.bad(`failed: ${escapeControls(row.reason ?? '')}`)}`
    default:
      return row.outcome satisfies never
  }
}

function detailOf({ before, reason, newWorkflowId }: BulkRow, tense: 'is' | 'was' = 'was'): string {
  const details = [
    newWorkflowId === null ? undefined : `as ${escapeName(newWorkflowId)}`,
    reason === null ? undefined : escapeName(reason),
    before === null ? undefined : `${tense} ${before}`,
  ].filter((detail) => detail !== undefined)
  return details.length > 0 ? `, ${details.join(', ')}` : ''
}

/** `498 cancelled, 1 nothing to do, 1 not found.` */
export function bulkSummary(verb: BulkVerb, rows: readonly BulkRow[]): string {
  const words: Readonly<Record<BulkRow['outcome'], string>> = {
    changed: pastByVerb[verb],
    'would-change': `would be ${pastByVerb[verb]}`,
    'no-op': 'nothing to do',
    'not-found': 'not found',
    failed: 'failed',
  }
  const counts = Object.entries(words).map(([outcome, word]) => {
    const count = rows.filter((row) => row.outcome === outcome).length
    return count > 0 ? `${count} ${word}` : undefined
  })
  return `${counts.filter((count) => count !== undefined).join(', ') || 'nothing'}.`
}

/** For a pipe. */
export const bulkColumns: readonly Column<BulkRow>[] = [
  { title: 'ID', value: ({ workflowId }) => workflowId },
  { title: 'OUTCOME', value: ({ outcome }) => outcome },
  { title: 'BEFORE', value: ({ before }) => before ?? '' },
  { title: 'AFTER', value: ({ after }) => after ?? '' },
  { title: 'REASON', value: ({ reason }) => reason ?? '' },
  { title: 'NEW ID', value: ({ newWorkflowId }) => newWorkflowId ?? '' },
]
