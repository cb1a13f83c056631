import type { Workflow } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import { paintStatus, statusText } from '../style.ts'
import type { Column } from '../table.ts'
import { formatDuration } from '../time-text.ts'
import { formatField, formatValue } from '../value.ts'

const maxResultWidth = 200

/** How the workflows of the tour ended. */
export const demoColumns: readonly Column<Workflow>[] = [
  { title: 'ID', value: ({ workflowId }) => workflowId, minWidth: 16 },
  {
    title: 'STATUS',
    value: ({ status }) => status,
    short: ({ status }) => statusText(status),
    paint: (text, { status }, style) => paintStatus(text, status, style),
  },
  {
    title: 'TOOK',
    value: ({ createdAt, completedAt }) => took(createdAt, completedAt),
    align: 'right',
    optional: 1,
  },
  {
    title: 'RESULT',
    isText: true,
    value: ({ output, error }) => (error ? errorSentence(error) : formatField(output)),
    short: ({ output, error }) => (error ? errorSentence(error) : formatValue(output, maxResultWidth)),
    minWidth: 10,
  },
]

function took(createdAt: Date, completedAt: Date | null): string {
  return completedAt ? formatDuration(completedAt.getTime() - createdAt.getTime()) : ''
}
