import type {
  NameStats,
  Percentiles,
  SlowWorkflow,
  Stats,
  StatsRequest,
} from '../../../core/metrics/workflow-stats.ts'
import { dateOfMs } from '../../../core/words/far-date.ts'
import { endedStatuses, toStatus } from '../../../core/workflow.ts'
import type { Row } from '../../connection/connect.ts'
import { operationOutputs } from '../../tables/operation-outputs.ts'
import type { SystemSchema } from '../../tables/schema.ts'
import type { Database } from '../../tables/system-database.ts'
import { workflowStatus } from '../../tables/workflow-status.ts'
import { filterConditions } from '../filter-conditions.ts'

/** One statement, one look at each workflow that ended: found by the index on that time, since SDK 4.20. */
export async function readStats({ session, schema }: Database, request: StatsRequest): Promise<Stats> {
  const { since, until, parts } = request
  const parameters: unknown[] = []
  const ended = selectEnded(schema, request, parameters)
  const [sinceMs, partMs, last] = [
    since.getTime(),
    (until.getTime() - since.getTime()) / parts,
    parts - 1,
  ].map((value) => `$${parameters.push(value)}::numeric`)
  const o = operationOutputs.in(schema, 'o')
  const percentiles = (value: string) =>
    `percentile_disc(array[0.5, 0.95]) within group (order by ${value})::bigint[]`
  const list = (rows: string, order: string) => `(select json_agg(r order by ${order}) from ${rows} r)`
  const [row] = await session.query(
    `with ended as materialized (
       select id, name, status, queue, completed, greatest(0, completed - coalesce(started, created)) as duration,
         case when queue is not null then greatest(0, started - coalesce(waiting, created)) end as wait,
         greatest(0, least(${last}, floor((completed - ${sinceMs}) / ${partMs})))::int as part
       from (${ended}) found),
     totals as (select name, grouping(name) as is_all, count(*) as ended,
         count(*) filter (where status in ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')) as failed,
         ${percentiles('duration')} as durations, ${percentiles('wait')} as waits
       from ended group by grouping sets ((name), ())),
     over_time as (select name, part, count(*) as count from ended group by name, part),
     steps as (select part, count(*) as count from ended join ${o} on ${o.workflowId} = ended.id group by part),
     slow as (select id, name, status, duration, completed from ended order by duration desc, id limit ${slowest})
     select ${list('totals', 'ended desc, name')} as totals, ${list('over_time', 'part')} as over_time,
       ${list('steps', 'part')} as steps, ${list('slow', 'duration desc, id')} as slow`,
    parameters,
  )
  return toStats(row ?? {}, parts)
}

/** About how many workflows `readStats` looks at, as Postgres estimates it; nothing is read for it. */
export async function estimateStats({ session, schema }: Database, request: StatsRequest): Promise<number> {
  const parameters: unknown[] = []
  const ended = selectEnded(schema, request, parameters)
  const [row] = await session.query(`explain (format json) ${ended}`, parameters)
  const plan = row?.['QUERY PLAN'] as
    | readonly { readonly Plan?: { readonly 'Plan Rows'?: number } }[]
    | undefined
  return Number(plan?.[0]?.Plan?.['Plan Rows'] ?? 0)
}

const slowest = 5

function selectEnded(schema: SystemSchema, request: StatsRequest, parameters: unknown[]): string {
  const { name, queue, application, since, until } = request
  const w = workflowStatus.in(schema, 'w')
  const hasEnd = workflowStatus.isIn(schema, 'completedAt')
  const filter = { name, queue, application, endedSince: since, ...(!hasEnd && { endedUntil: until }) }
  const conditions = [
    ...filterConditions(schema, filter, parameters),
    `${w.status} in (${endedStatuses.map((status) => `'${status}'`).join(', ')})`,
    // By the index, which the end of a filter is not asked of.
    ...(hasEnd ? [`${w.completedAt} < $${parameters.push(until.getTime())}`] : []),
  ]
  return `select ${w.id} as id, coalesce(${w.name}, '') as name, ${w.status} as status, ${w.queue} as queue,
      coalesce(${w.completedAt}, ${w.updatedAt}) as completed, ${w.startedAt} as started, ${w.createdAt} as created,
      greatest(${w.createdAt}, ${w.delayUntil}) as waiting
    from ${w} where ${conditions.join(' and ')}`
}

type JsonRows = readonly Readonly<Record<string, unknown>>[]

function toStats(row: Row, parts: number): Stats {
  const rowsOf = (key: string) => (row[key] ?? []) as JsonRows
  const totals = rowsOf('totals')
  const all = totals.find(({ is_all }) => Number(is_all) === 1)
  const overTime = (rows: JsonRows): readonly number[] => {
    const counts = Array.from({ length: parts }, () => 0)
    for (const { part, count } of rows) counts[Number(part)] = (counts[Number(part)] ?? 0) + Number(count)
    return counts
  }
  const ended = Number(all?.ended ?? 0)
  const steps = overTime(rowsOf('steps'))
  return {
    ended,
    failed: Number(all?.failed ?? 0),
    steps: steps.reduce((sum, count) => sum + count, 0),
    waitMs: toPercentiles(all?.waits),
    durationMs: toPercentiles(all?.durations),
    endedOverTime: overTime(rowsOf('over_time')),
    stepsOverTime: steps,
    names: totals
      .filter(({ is_all }) => Number(is_all) === 0)
      .map(
        ({ name, ended, failed, waits, durations }): NameStats => ({
          name: String(name),
          ended: Number(ended),
          failed: Number(failed),
          waitMs: toPercentiles(waits),
          durationMs: toPercentiles(durations) ?? { p50: 0, p95: 0 },
          endedOverTime: overTime(rowsOf('over_time').filter((one) => one.name === name)),
        }),
      ),
    slowest: rowsOf('slow').map(
      ({ id, name, status, duration, completed }): SlowWorkflow => ({
        workflowId: String(id),
        name: String(name),
        status: toStatus(status),
        durationMs: Number(duration),
        completedAt: dateOfMs(String(completed)),
      }),
    ),
  }
}

function toPercentiles(pair: unknown): Percentiles | null {
  const [p50, p95] = Array.isArray(pair) ? pair : []
  return p50 === null || p50 === undefined ? null : { p50: Number(p50), p95: Number(p95) }
}
