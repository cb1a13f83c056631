import type { RecoveredRow } from '../../core/diagnosis/recovery.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { shortExecutor, shortId } from '../text.ts'
import { idWidths } from './cell.ts'

const lookByOutcome: Readonly<
  Record<RecoveredRow['outcome'], { readonly text: string; readonly paint: keyof Style }>
> = {
  'handed-over': { text: '✓ handed over', paint: 'good' },
  'would-hand-over': { text: '→ would be handed over', paint: 'accent' },
  stranded: { text: '✗ stranded', paint: 'bad' },
  'left-alone': { text: '· left alone', paint: 'warning' },
  'not-found': { text: '✗ not found', paint: 'bad' },
}

/** What became of the workflows that dead executors left. */
export const recoveredColumns: readonly Column<RecoveredRow>[] = [
  {
    title: 'ID',
    value: ({ workflowId }) => workflowId,
    compact: ({ workflowId }) => shortId(workflowId),
    ...idWidths,
  },
  {
    title: 'OUTCOME',
    value: ({ outcome }) => outcome,
    short: ({ outcome }) => lookByOutcome[outcome].text,
    paint: (text, { outcome }, style) => style[lookByOutcome[outcome].paint](text),
  },
  {
    title: 'EXECUTOR',
    value: ({ executorId }) => executorId ?? '',
    short: ({ executorId }) => shortExecutor(executorId ?? ''),
    minWidth: 10,
    optional: 2,
  },
  { title: 'VERSION', value: ({ version }) => version ?? '', minWidth: 8, optional: 3 },
  { title: 'REASON', value: ({ reason }) => reason ?? '', minWidth: 16, optional: 1 },
]
