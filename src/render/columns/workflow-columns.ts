import type { CountableField, FieldCount } from '../../core/manage/manage.ts'
import type { WorkflowSummary } from '../../core/workflow.ts'
import { queueText } from '../manage/queue-text.ts'
import { paintStatus, statusText } from '../style.ts'
import type { Column } from '../table.ts'
import { shortExecutor, shortId } from '../text.ts'
import { formatAge } from '../time-text.ts'
import { between, faint, idWidths, msBetween, toIso } from './cell.ts'

export const workflowColumns: readonly Column<WorkflowSummary>[] = [
  {
    title: 'ID',
    value: ({ workflowId }) => workflowId,
    compact: ({ workflowId }) => shortId(workflowId),
    ...idWidths,
  },
  { title: 'NAME', value: ({ name }) => name, minWidth: 14 },
  {
    title: 'STATUS',
    value: ({ status }) => status,
    short: ({ status }) => statusText(status),
    paint: (text, { status }, style) => paintStatus(text, status, style),
    minWidth: 10,
  },
  {
    title: 'CREATED',
    value: ({ createdAt }) => toIso(createdAt),
    short: ({ createdAt }, now) => formatAge(createdAt, now),
    align: 'right',
  },
  {
    title: 'TOOK',
    value: ({ createdAt, completedAt }) => msBetween(createdAt, completedAt),
    short: ({ createdAt, completedAt }) => between(createdAt, completedAt),
    align: 'right',
    optional: 1,
  },
  {
    title: 'QUEUE',
    value: ({ queue }) => queue ?? '',
    short: ({ queue }) => (queue === null ? '' : queueText(queue)),
    paint: faint,
    minWidth: 12,
    optional: 3,
  },
  {
    title: 'EXECUTOR',
    value: ({ executorId }) => executorId ?? '',
    short: ({ executorId }) => shortExecutor(executorId ?? ''),
    paint: faint,
    minWidth: 15,
    optional: 2,
  },
  {
    title: 'APPLICATION',
    value: ({ application }) => application ?? '',
    paint: faint,
    minWidth: 12,
    optional: 4,
  },
  { title: 'VERSION', value: ({ version }) => version ?? '', paint: faint, minWidth: 8, optional: 5 },
]

/** How many workflows have each value of a field. */
export function countColumns(field: CountableField): readonly Column<FieldCount>[] {
  return [
    { title: 'COUNT', value: ({ count }) => String(count), align: 'right' },
    {
      title: field.toUpperCase(),
      value: ({ value }) => value ?? '',
      short: ({ value }) => (value === null ? '(none)' : value),
      minWidth: 8,
    },
  ]
}
