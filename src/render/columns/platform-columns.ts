import type { Queue, QueueHistory, QueuePause, RateLimit } from '../../core/platform.ts'
import type { ListedQueue } from '../../core/run/list-queues.ts'
import type { VersionRow } from '../../core/run/list-versions.ts'
import { renderSparkline } from '../sparkline.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { formatAge } from '../time-text.ts'
import { toIso } from './cell.ts'

const faint = (text: string, _row: unknown, style: Style) => style.faint(text)

export const queueColumns: readonly Column<Queue>[] = [
  { title: 'QUEUE', value: ({ name }) => name, minWidth: 10 },
  { title: 'WAITING', value: ({ enqueued }) => String(enqueued), align: 'right' },
  { title: 'RUNNING', value: ({ running }) => String(running), align: 'right' },
  {
    title: 'DELAYED',
    value: ({ delayed }) => String(delayed),
    short: ({ delayed }) => (delayed > 0 ? String(delayed) : ''),
    align: 'right',
    optional: 4,
  },
  {
    title: 'OLDEST',
    value: ({ oldestAt }) => toIso(oldestAt),
    short: ({ oldestAt }, now) => (oldestAt ? formatAge(oldestAt, now) : ''),
    align: 'right',
    optional: 1,
  },
  {
    title: 'STATE',
    value: ({ pause }) => (pause === null ? '' : pause.isOver ? 'pause ended' : 'paused'),
    short: ({ pause }, now) => (pause === null ? '' : pauseText(pause, now)),
    paint: (text, _row, style) => style.warning(text),
    optional: 1,
  },
  { title: 'LIMITS', value: limitsOf, minWidth: 28, optional: 2 },
  {
    title: 'APPLICATION',
    value: ({ application }) => application ?? '',
    paint: faint,
    minWidth: 8,
    optional: 3,
  },
]

export const listedQueueColumns: readonly Column<ListedQueue>[] = [
  ...queueColumns,
  historyColumn('WAITING, 1H', 5, ({ waiting }) => waiting),
  historyColumn('OLDEST, 1H', 6, ({ oldestMs }) => oldestMs.map((ms) => Math.round((ms ?? 0) / 1000))),
]

/** On a terminal a sparkline; elsewhere the numbers, the last one now. */
function historyColumn(
  title: string,
  optional: number,
  numbersOf: (history: QueueHistory) => readonly number[],
): Column<ListedQueue> {
  const numbersIn = ({ lastHour }: ListedQueue) => numbersOf(lastHour)
  return {
    title,
    value: (row) => (numbersIn(row).some((number) => number > 0) ? numbersIn(row).join(' ') : ''),
    short: (row) => renderSparkline(numbersIn(row)),
    optional,
  }
}

/** `‖ paused 5m ago`. */
function pauseText({ since, isOver }: QueuePause, now: Date): string {
  if (isOver) return '! pause ended'
  return since === null ? '‖ paused' : `‖ paused ${formatAge(since, now)}`
}

/** `4 at once, 2 per worker, 10 in 60s; per partition 1 at once`. Of a queue that is paused what it had, and will have. */
function limitsOf(queue: Queue): string {
  const { partitionConcurrency, partitionWorkerConcurrency, partitionRateLimit, pause } = queue
  const perWorker = pause && !pause.isOver ? (pause.workerConcurrency ?? null) : queue.workerConcurrency
  const inAll = limitTexts(queue.concurrency, perWorker, queue.rateLimit)
  const inEach = limitTexts(partitionConcurrency, partitionWorkerConcurrency, partitionRateLimit)
  // Without limits of its partitions an SDK before 5.0 partitioned it, for which all of them were.
  if (queue.isPartitioned && inEach === '') return inAll === '' ? 'partitioned' : `per partition ${inAll}`
  return [inAll, inEach && `per partition ${inEach}`].filter((text) => text !== '').join('; ')
}

function limitTexts(atOnce: number | null, perWorker: number | null, rate: RateLimit | null): string {
  const limits = [
    atOnce === null ? undefined : `${atOnce} at once`,
    perWorker === null ? undefined : `${perWorker} per worker`,
    rate === null ? undefined : `${rate.max} in ${rate.periodMs / 1000}s`,
  ]
  return limits.filter((limit) => limit !== undefined).join(', ')
}

export const versionColumns: readonly Column<VersionRow>[] = [
  { title: 'VERSION', value: ({ version }) => version, minWidth: 12 },
  {
    title: 'LATEST',
    value: ({ isLatest }) => (isLatest ? 'latest' : ''),
    short: ({ isLatest }) => (isLatest ? '● latest' : ''),
    paint: (text, _row, style) => style.good(text),
  },
  {
    title: 'WORKERS',
    value: ({ workers }) => (workers === null ? '' : String(workers)),
    short: ({ workers, unsureWorkers }) =>
      workers === null ? '?' : unsureWorkers ? `${workers} to ${workers + unsureWorkers}` : String(workers),
    paint: (text, { workers, unsureWorkers, active, isLatest }, style) =>
      workers === 0 && unsureWorkers === 0 && (active > 0 || isLatest) ? style.warning(text) : text,
    align: 'right',
  },
  { title: 'ACTIVE', value: ({ active }) => String(active), align: 'right' },
  {
    title: 'ALL',
    value: ({ total }) => (total === null ? '' : String(total)),
    short: ({ total, isEstimate }) => (total === null ? '?' : `${isEstimate ? '~' : ''}${total}`),
    align: 'right',
    optional: 2,
  },
  {
    title: 'REGISTERED',
    value: ({ registeredAt }) => toIso(registeredAt),
    short: ({ registeredAt }, now) => formatAge(registeredAt, now),
    align: 'right',
    optional: 1,
  },
  {
    title: 'APPLICATION',
    value: ({ application }) => application ?? '',
    paint: faint,
    minWidth: 8,
    optional: 3,
  },
]
