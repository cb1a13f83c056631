import type { WorkflowEvent } from '../../core/workflow.ts'
import type { Column } from '../table.ts'
import { formatAge } from '../time-text.ts'
import { formatField, formatValue } from '../value.ts'
import { faint, maxValueWidth, toIso } from './cell.ts'

export const eventColumns: readonly Column<WorkflowEvent>[] = [
  { title: 'EVENT', value: ({ key }) => key, minWidth: 8 },
  {
    title: 'VALUE',
    isText: true,
    value: ({ value }) => formatField(value),
    short: ({ value }) => formatValue(value, maxValueWidth),
    minWidth: 12,
  },
  {
    title: 'PUBLISHED',
    value: ({ at }) => toIso(at),
    short: ({ at }, now) => (at ? formatAge(at, now) : ''),
    paint: faint,
    align: 'right',
    optional: 1,
  },
]
