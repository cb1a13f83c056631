import { CliError } from '../../core/errors.ts'
import type { PlatformResult, Queue, QueueSettings } from '../../core/platform.ts'
import type { Row } from '../connection/connect.ts'
import { writeOnce } from '../connection/write-once.ts'
import type { Database } from '../tables/database.ts'
import { toDate, toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'

export async function readQueues({ session, schema }: Database): Promise<Queue[]> {
  if (!schema.has('queues')) return []
  const rows = await session.query(
    `select q.name, ${schema.column('queues', 'application_name', 'q')} as application, q.concurrency,
       q.worker_concurrency, q.rate_limit_max, q.rate_limit_period_sec, q.polling_interval_sec,
       coalesce(w.enqueued, 0) as enqueued, coalesce(w.delayed, 0) as delayed,
       coalesce(w.running, 0) as running, w.oldest
     from ${schema.table('queues')} q
     left join (
       select queue_name, count(*) filter (where status = 'ENQUEUED') as enqueued,
         count(*) filter (where status = 'DELAYED') as delayed,
         count(*) filter (where status = 'PENDING') as running,
         min(created_at) filter (where status = 'ENQUEUED') as oldest
       from ${schema.table('workflow_status')}
       where status in ('ENQUEUED', 'DELAYED', 'PENDING') and queue_name is not null group by 1
     ) w on w.queue_name = q.name
     order by q.name collate "C"`,
  )
  return rows.map(toQueue)
}

function toQueue(row: Row): Queue {
  return {
    name: String(row.name),
    application: toFilledText(row.application),
    concurrency: toCount(row.concurrency),
    workerConcurrency: toCount(row.worker_concurrency),
    rateLimit:
      row.rate_limit_max === null || row.rate_limit_period_sec === null
        ? null
        : { max: Number(row.rate_limit_max), periodMs: Number(row.rate_limit_period_sec) * 1000 },
    pollMs: Number(row.polling_interval_sec) * 1000,
    enqueued: Number(row.enqueued),
    delayed: Number(row.delayed),
    running: Number(row.running),
    oldestAt: toDate(row.oldest),
  }
}

function toCount(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}

export async function createQueue(
  { session, schema }: Database,
  name: string,
  application: string | null,
  settings: QueueSettings,
): Promise<PlatformResult> {
  requireQueues(schema)
  const columns = toColumns(settings)
  if (schema.has('queues', 'application_name')) columns.push(['application_name', application])
  const rows = await writeOnce(
    session,
    `insert into ${schema.table('queues')} (name, ${columns.map(([column]) => column).join(', ')})
     values ($1, ${columns.map((_, index) => `$${index + 2}`).join(', ')})
     on conflict (name) do nothing returning name`,
    [name, ...columns.map(([, value]) => value)],
  )
  return rows.length > 0 ? 'changed' : 'no-op'
}

export async function setQueue(
  { session, schema }: Database,
  name: string,
  settings: Partial<QueueSettings>,
): Promise<PlatformResult> {
  requireQueues(schema)
  const columns = toColumns(settings)
  const same = columns.map(([column], index) => `q.${column} is not distinct from $${index + 2}`)
  const rows = await writeOnce(
    session,
    `with found as (select q.name, ${same.join(' and ')} as is_same from ${schema.table('queues')} q
                    where q.name = $1 for update),
       changed as (
         update ${schema.table('queues')} q
         set ${columns.map(([column], index) => `${column} = $${index + 2}`).join(', ')},
           updated_at = (extract(epoch from now()) * 1000)::bigint
         from found where q.name = found.name and not found.is_same returning q.name)
     select is_same from found`,
    [name, ...columns.map(([, value]) => value)],
  )
  if (rows.length === 0) return 'not-found'
  return rows[0]?.is_same === true ? 'no-op' : 'changed'
}

export async function hasQueue({ session, schema }: Database, name: string): Promise<boolean> {
  if (!schema.has('queues')) return false
  const rows = await session.query(`select 1 from ${schema.table('queues')} where name = $1`, [name])
  return rows.length > 0
}

/** With the workflows on it counted under the lock of its row. What DBOS enqueues at that very moment it does not hold up. */
export async function deleteQueue({ session, schema }: Database, name: string): Promise<PlatformResult> {
  requireQueues(schema)
  return session.transaction(async (client) => {
    const { rows: found } = await client.query(
      `select 1 from ${schema.table('queues')} where name = $1 for update`,
      [name],
    )
    if (found.length === 0) return 'not-found'
    const { rowCount } = await client.query(
      `delete from ${schema.table('queues')} where name = $1 and not exists (
         select from ${schema.table('workflow_status')}
         where queue_name = $1 and status in ('ENQUEUED', 'DELAYED', 'PENDING'))`,
      [name],
    )
    return rowCount === 1 ? 'changed' : 'no-op'
  })
}

type ColumnValue = [column: string, value: string | number | null]

function toColumns(settings: Partial<QueueSettings>): ColumnValue[] {
  const { concurrency, workerConcurrency, rateLimit, pollMs } = settings
  const columns: ColumnValue[] = []
  if (concurrency !== undefined) columns.push(['concurrency', concurrency])
  if (workerConcurrency !== undefined) columns.push(['worker_concurrency', workerConcurrency])
  if (rateLimit !== undefined) {
    columns.push(['rate_limit_max', rateLimit?.max ?? null])
    columns.push(['rate_limit_period_sec', rateLimit ? rateLimit.periodMs / 1000 : null])
  }
  if (pollMs !== undefined) columns.push(['polling_interval_sec', pollMs / 1000])
  return columns
}

function requireQueues(schema: SystemSchema): void {
  if (schema.has('queues')) return
  throw new CliError('schema-unsupported', 'These DBOS tables are too old for registered queues.', {
    hint: 'queues are in the source of an application before SDK 4.20',
  })
}
