import type { ImportedWorkflow } from '../../core/transfer/imported-workflows.ts'
import { paintStatus, statusText } from '../style.ts'
import type { Column } from '../table.ts'
import { faint, idWidths } from './cell.ts'

/** What became of each workflow of an import. */
export const importColumns: readonly Column<ImportedWorkflow>[] = [
  { title: 'ID', value: ({ workflowId }) => workflowId, ...idWidths },
  { title: 'OUTCOME', value: ({ outcome }) => outcome },
  { title: 'NEW ID', value: ({ newWorkflowId }) => newWorkflowId ?? '', optional: 1 },
  { title: 'WAS', value: ({ before }) => before, paint: faint, optional: 2 },
  {
    title: 'IS',
    value: ({ after }) => after ?? '',
    short: ({ after }) => (after === null ? '' : statusText(after)),
    paint: (text, { after }, style) => (after === null ? text : paintStatus(text, after, style)),
  },
]
