import type { QueueHistory, QueueHistoryQuery } from '../../core/platform.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** How many began to wait after one moment, and were taken after another one; the oldest of them. */
interface Group {
  readonly queue: string
  readonly began: number
  readonly taken: number
  readonly count: number
  readonly oldestMs: number
}

/**
 * Who waited within this time waits now, runs, or ended within it: each of them is found by an index of DBOS. Counted by
 * the moments between which it began and ceased to wait, so that a long queue costs a look at each workflow once.
 */
export async function readQueueHistory(
  { session, schema }: Database,
  { stepMs, count }: QueueHistoryQuery,
): Promise<ReadonlyMap<string, QueueHistory>> {
  const w = workflowStatus.in(schema, 'w')
  const since = `greatest(${w.createdAt}, ${w.delayUntil})`
  // Moment 0 is the first one that is asked for, the last one is now.
  const moment = (ms: string) => `ceil((${ms} - (now.ms - $1::bigint * ($2::int - 1)))::numeric / $1::bigint)`
  const part = (condition: string, started: string = w.startedAt) =>
    `select ${w.queue} as queue, ${since} as since, ${started} as started from ${w}, now
     where ${condition} and ${w.queue} is not null`
  const ended = workflowStatus.isIn(schema, 'completedAt')
    ? ` union all ${part(`${w.completedAt} >= now.ms - $1::bigint * ($2::int - 1) and ${w.status} not in ('ENQUEUED', 'PENDING', 'DELAYED')`)}`
    : ''
  const rows = await session.query(
    `with now as (select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms)
     select queue, greatest(0, ${moment('since')})::int as began,
       case when started is null then $2::int else least($2::int, ${moment('started')})::int end as taken,
       count(*)::int as count, min(since) as oldest, now.ms as now
     from (${part(`${w.status} = 'ENQUEUED'`, 'null::bigint')} union all ${part(`${w.status} = 'PENDING'`)}${ended}) waited, now
     where since <= now.ms and (started is null or started > now.ms - $1::bigint * ($2::int - 1))
     group by 1, 2, 3, now.ms`,
    [stepMs, count],
  )
  const groups = rows.map((row): Group & { readonly nowMs: number } => ({
    queue: String(row.queue),
    began: Number(row.began),
    taken: Number(row.taken),
    count: Number(row.count),
    oldestMs: Number(row.oldest),
    nowMs: Number(row.now),
  }))
  const names = [...new Set(groups.map(({ queue }) => queue))]
  return new Map(
    names.map((name) => {
      const own = groups.filter(({ queue }) => queue === name)
      const nowMs = own[0]?.nowMs ?? 0
      return [name, toHistory(own, (index) => nowMs - stepMs * (count - 1 - index), count)]
    }),
  )
}

/** Who began before a moment and was taken after it waited then. */
function toHistory(groups: readonly Group[], msOf: (index: number) => number, count: number): QueueHistory {
  const moments = Array.from({ length: count }, (_, index) => {
    const waiting = groups.filter(({ began, taken }) => began <= index && index < taken)
    const oldest = Math.min(...waiting.map(({ oldestMs }) => oldestMs))
    return {
      waiting: waiting.reduce((sum, group) => sum + group.count, 0),
      oldestMs: waiting.length === 0 ? null : Math.max(0, msOf(index) - oldest),
    }
  })
  return {
    waiting: moments.map(({ waiting }) => waiting),
    oldestMs: moments.map(({ oldestMs }) => oldestMs),
  }
}
