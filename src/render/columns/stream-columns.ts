import type { StreamSummary } from '../../core/workflow.ts'
import type { Column } from '../table.ts'
import { faint } from './cell.ts'

export const streamColumns: readonly Column<StreamSummary>[] = [
  { title: 'STREAM', value: ({ key }) => key, minWidth: 8 },
  { title: 'VALUES', value: ({ count }) => String(count), align: 'right' },
  { title: 'STATE', value: ({ closed }) => (closed ? 'closed' : 'open'), paint: faint },
]
