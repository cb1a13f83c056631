import type { Queue, QueuePause, RateLimit } from '../../core/platform.ts'
import { defineTable, type Picked, pick } from './define-table.ts'
import { toDate, toFilledText } from './rows.ts'

/** The queues that are registered, since SDK 4.20. */
export const queues = defineTable(
  'queues',
  {
    name: 'name',
    concurrency: 'concurrency',
    workerConcurrency: 'worker_concurrency',
    rateMax: 'rate_limit_max',
    ratePeriodSeconds: 'rate_limit_period_sec',
    pollSeconds: 'polling_interval_sec',
    updatedAt: 'updated_at',
  },
  {
    application: 'application_name',
    isPartitioned: 'partition_queue',
    partitionConcurrency: 'partition_concurrency',
    partitionWorkerConcurrency: 'partition_worker_concurrency',
    partitionRateMax: 'partition_rate_limit_max',
    partitionRatePeriodSeconds: 'partition_rate_limit_period_sec',
  },
)

const described = [
  ...(['name', 'application', 'concurrency', 'workerConcurrency'] as const),
  ...(['rateMax', 'ratePeriodSeconds', 'pollSeconds', 'isPartitioned'] as const),
  ...(['partitionConcurrency', 'partitionWorkerConcurrency'] as const),
  ...(['partitionRateMax', 'partitionRatePeriodSeconds'] as const),
] as const

type QueueRow = Picked<(typeof described)[number] | 'enqueued' | 'delayed' | 'running' | 'oldest'> &
  Picked<'has_pause' | 'limit_after' | 'paused_at'>

export function queueColumns(q: ReturnType<typeof queues.in>): string {
  return pick(q, described)
}

/** Of a row that has the depths of the queue, too, and what is on record of its pause. */
export function toQueue(row: QueueRow, isGuarded: boolean): Queue {
  return {
    name: String(row.name),
    application: toFilledText(row.application),
    concurrency: toCount(row.concurrency),
    workerConcurrency: toCount(row.workerConcurrency),
    rateLimit: toRateLimit(row.rateMax, row.ratePeriodSeconds),
    isPartitioned: isPartitioned(row),
    partitionConcurrency: toCount(row.partitionConcurrency),
    partitionWorkerConcurrency: toCount(row.partitionWorkerConcurrency),
    partitionRateLimit: toRateLimit(row.partitionRateMax, row.partitionRatePeriodSeconds),
    pollMs: Number(row.pollSeconds) * 1000,
    enqueued: Number(row.enqueued),
    delayed: Number(row.delayed),
    running: Number(row.running),
    oldestAt: toDate(row.oldest),
    pause: toPause(row, isGuarded),
  }
}

function toPause(row: QueueRow, hasTrigger: boolean): QueuePause | null {
  const isStopped = toCount(row.workerConcurrency) === 0
  const isRecorded = row.has_pause === true
  if (!isStopped && !isRecorded) return null
  return {
    since: isRecorded ? (row.paused_at as Date) : null,
    workerConcurrency: isRecorded ? toCount(row.limit_after) : undefined,
    isGuarded: isRecorded && hasTrigger,
    isOver: !isStopped,
  }
}

/** By any limit of its partitions, and before SDK 4.27 by a mark alone. */
export function isPartitioned(
  row: Picked<'isPartitioned' | 'partitionConcurrency' | 'partitionWorkerConcurrency' | 'partitionRateMax'>,
): boolean {
  const limits = [row.partitionConcurrency, row.partitionWorkerConcurrency, row.partitionRateMax]
  return row.isPartitioned === true || limits.some((limit) => toCount(limit) !== null)
}

type LimitRow = Picked<Exclude<(typeof described)[number], 'name' | 'application' | 'pollSeconds'>>

/**
 * What a row says of the whole queue and of each partition. Where it has the mark alone, an SDK before 5.0 wrote it, for which
 * all limits were those of each partition.
 */
export function queueLimits(row: LimitRow): Record<'ofQueue' | 'ofPartition', QueueLimits> {
  const own = {
    concurrency: toCount(row.concurrency),
    workerConcurrency: toCount(row.workerConcurrency),
    rateLimit: toRateLimit(row.rateMax, row.ratePeriodSeconds),
  }
  const ofPartition = {
    concurrency: toCount(row.partitionConcurrency),
    workerConcurrency: toCount(row.partitionWorkerConcurrency),
    rateLimit: toRateLimit(row.partitionRateMax, row.partitionRatePeriodSeconds),
  }
  const hasOwn = Object.values(ofPartition).some((limit) => limit !== null)
  return row.isPartitioned === true && !hasOwn
    ? { ofQueue: { concurrency: null, workerConcurrency: null, rateLimit: null }, ofPartition: own }
    : { ofQueue: own, ofPartition }
}

type QueueLimits = Pick<Queue, 'concurrency' | 'workerConcurrency' | 'rateLimit'>

function toRateLimit(max: unknown, periodSeconds: unknown): RateLimit | null {
  const [count, seconds] = [toCount(max), toCount(periodSeconds)]
  return count === null || seconds === null ? null : { max: count, periodMs: seconds * 1000 }
}

export function toCount(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}
