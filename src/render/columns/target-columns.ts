import type { WorkflowState } from '../../core/manage/manage.ts'
import { paintStatus, statusText } from '../style.ts'
import type { Column } from '../table.ts'
import { shortExecutor } from '../text.ts'
import { formatElapsed } from '../time-text.ts'
import { idWidths, toIso } from './cell.ts'

/** A workflow about to be changed. */
export interface TargetRow extends WorkflowState {
  /** Its executor is not connected. */
  readonly isLeftBehind: boolean
}

/** Ids stay whole: who says no may want to name them. */
export const targetColumns: readonly Column<TargetRow>[] = [
  { title: 'ID', value: ({ workflowId }) => workflowId, ...idWidths },
  { title: 'NAME', value: ({ name }) => name, minWidth: 12, lastWidth: 8 },
  {
    title: 'STATUS',
    value: ({ status }) => status,
    short: ({ status }) => statusText(status),
    paint: (text, { status }, style) => paintStatus(text, status, style),
    minWidth: 10,
  },
  {
    title: 'AGE',
    value: ({ createdAt }) => toIso(createdAt),
    short: ({ createdAt }, now) => formatElapsed(now.getTime() - createdAt.getTime()).split(' ')[0] ?? '',
    align: 'right',
    optional: 2,
  },
  {
    title: 'EXECUTOR',
    value: ({ executorId, isLeftBehind }) => `${executorId ?? ''}${isLeftBehind ? ' gone' : ''}`,
    short: ({ executorId, isLeftBehind }) =>
      `${shortExecutor(executorId ?? '')}${isLeftBehind ? ' gone' : ''}`,
    paint: (text, { isLeftBehind }, style) => (isLeftBehind ? style.bad(text) : style.faint(text)),
    minWidth: 10,
    optional: 1,
  },
]

const namedKinds = 3

/** `12 of checkout 1.4.2, 2 of checkout 1.5.0`: what they are, the most frequent first. */
export function describeKinds(states: readonly Pick<WorkflowState, 'name' | 'version'>[]): string {
  const counts = new Map<string, number>()
  for (const { name, version } of states) {
    const kind = [name, version].filter(Boolean).join(' ')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const kinds = [...counts].sort((a, b) => b[1] - a[1])
  const others = kinds.slice(namedKinds).reduce((sum, [, count]) => sum + count, 0)
  return [
    ...kinds.slice(0, namedKinds).map(([kind, count]) => `${count} of ${kind}`),
    ...(others > 0 ? [`${others} others`] : []),
  ].join(', ')
}
