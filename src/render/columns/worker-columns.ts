import type { Worker } from '../../core/run/list-workers.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { shortExecutor, shortId } from '../text.ts'
import { formatAge } from '../time-text.ts'
import { toIso } from './cell.ts'

const faint = (text: string, _row: unknown, style: Style) => style.faint(text)
const paintByState = { live: 'good', silent: 'warning', gone: 'bad', unknown: 'warning' } as const
const howRecognised = { name: 'by session name', listening: 'by listening' } as const

export const workerColumns: readonly Column<Worker>[] = [
  {
    title: 'EXECUTOR',
    value: ({ executorId }) => executorId,
    short: ({ executorId }) => shortExecutor(executorId),
    minWidth: 12,
  },
  {
    title: 'STATE',
    value: ({ state }) => state,
    paint: (text, { state }, style) => style[paintByState[state]](text),
  },
  { title: 'APPLICATION', value: ({ application }) => application ?? '', minWidth: 10, optional: 2 },
  { title: 'VERSION', value: ({ version }) => version ?? '', minWidth: 8, optional: 1 },
  {
    title: 'SINCE',
    value: ({ since }) => toIso(since),
    short: ({ since }, now) => (since ? formatAge(since, now) : ''),
    align: 'right',
    optional: 3,
  },
  {
    title: 'SEEN',
    value: ({ recognisedBy }) => (recognisedBy ? howRecognised[recognisedBy] : ''),
    paint: faint,
    optional: 6,
  },
  {
    title: 'RUNS',
    value: ({ running }) => running.join(' '),
    short: ({ running }) => describeRunning(running),
    minWidth: 8,
    optional: 4,
  },
  { title: 'FROM', value: describeAddress, minWidth: 8, optional: 5 },
]

function describeAddress({ address, since }: Worker): string {
  if (since === null) return ''
  return address ?? '(database host)'
}

function describeRunning(running: readonly string[]): string {
  const [first] = running
  if (first === undefined) return ''
  return running.length === 1 ? shortId(first) : `${shortId(first)} and ${running.length - 1} more`
}

export function toWorkerJson(worker: Worker): Worker {
  const { executorId, application, version, state, since, heardAt, address, recognisedBy, running } = worker
  return { executorId, application, version, state, since, heardAt, address, recognisedBy, running }
}
