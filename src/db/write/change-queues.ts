import { CliError } from '../../core/errors.ts'
import type { PlatformResult, Queue, QueueSettings } from '../../core/platform.ts'
import type { Row } from '../connection/connect.ts'
import { dropUnneededTrigger, findPauseObjects, forgetPause } from '../queues/pause-guard.ts'
import { queueLimits } from '../record/create-record-function.ts'
import { changeOnRecord } from '../record/find-recorder.ts'
import { pick } from '../tables/define-table.ts'
import { queueColumns, queues, toQueue } from '../tables/registered-queues.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

export async function readQueues(database: Database): Promise<Queue[]> {
  const { session, schema } = database
  const q = queues.in(schema, 'q')
  const w = workflowStatus.in(schema, 'w')
  if (!queues.isIn(schema)) return []
  const pauses = await findPauseObjects(database)
  const known = pauses.hasTable
    ? `left join drover.queue_pauses p on p.system_schema = $1 and p.queue = ${q.name}`
    : 'left join (select null::text as queue, null::int as limit_after, null::timestamptz as paused_at) p on false'
  // Each part as one of the partial indexes has it.
  const count = (statuses: string) =>
    `select ${pick(w, ['queue', 'status'])}, count(*) as count, min(${w.createdAt}) as oldest
     from ${w} where ${w.status} in (${statuses}) and ${w.queue} is not null group by 1, 2`
  const rows = await session.query(
    `select ${queueColumns(q)}, coalesce(d.enqueued, 0) as enqueued, coalesce(d.delayed, 0) as delayed,
       coalesce(d.running, 0) as running, d.oldest,
       p.queue is not null as has_pause, p.limit_after, p.paused_at
     from ${q}
     ${known}
     left join (
       select queue, sum(count) filter (where status = 'ENQUEUED') as enqueued,
         sum(count) filter (where status = 'DELAYED') as delayed,
         sum(count) filter (where status = 'PENDING') as running,
         min(oldest) filter (where status = 'ENQUEUED') as oldest
       from (${count(`'ENQUEUED', 'PENDING'`)} union all ${count(`'DELAYED'`)}) depths group by 1
     ) d on d.queue = ${q.name}
     order by ${q.name} collate "C"`,
    pauses.hasTable ? [schema.name] : [],
  )
  return rows.map((row) => toQueue(row, pauses.hasTrigger))
}

export async function createQueue(
  database: Database,
  name: string,
  application: string | null,
  settings: Partial<QueueSettings>,
): Promise<PlatformResult> {
  const { schema } = database
  requireQueues(schema)
  const columns: ColumnValue[] = [[queues.columns.name, name], ...toColumns(schema, settings)]
  if (queues.isIn(schema, 'application')) columns.push([queues.columns.application, application])
  if (limitsPartitions(settings)) columns.push([queues.columns.isPartitioned, hasLimit(settings)])
  return changeOnRecord(database, 'queues create', async (client, record) => {
    const { rows } = await client.query(
      `insert into ${queues.in(schema)} (${columns.map(([column]) => column).join(', ')})
       values (${columns.map((_, index) => `$${index + 1}`).join(', ')})
       on conflict (${queues.columns.name}) do nothing returning ${queues.columns.name}`,
      columns.map(([, value]) => value),
    )
    if (rows.length === 0) return 'no-op'
    await record({ subject: name })
    return 'changed'
  })
}

export async function setQueue(
  database: Database,
  name: string,
  settings: Partial<QueueSettings>,
): Promise<PlatformResult> {
  const { schema } = database
  const q = queues.in(schema, 'q')
  requireQueues(schema)
  const columns = toColumns(schema, settings)
  const same = columns.map(([column], index) => `q.${column} is not distinct from $${index + 2}`)
  return changeOnRecord(database, 'queues set', async (client, record) => {
    const { rows } = await client.query<Row>(
      `with found as (select ${pick(q, ['name'])}, ${queueLimits(schema)} as limits, ${same.join(' and ')} as is_same from ${q}
                      where ${q.name} = $1 for update),
         changed as (
           update ${q}
           set ${columns.map(([column], index) => `${column} = $${index + 2}`).join(', ')},
             ${limitsPartitions(settings) ? `${queues.columns.isPartitioned} = ${willBePartitioned(schema, columns)},` : ''}
             ${queues.columns.updatedAt} = (extract(epoch from now()) * 1000)::bigint
           from found where ${q.name} = found.name and not found.is_same returning ${q.name})
       select is_same, limits from found`,
      [name, ...columns.map(([, value]) => value)],
    )
    const [found] = rows
    if (!found) return 'not-found'
    if (found.is_same === true) return 'no-op'
    await record({ subject: name, before: found.limits as object })
    return 'changed'
  })
}

export async function hasQueue({ session, schema }: Database, name: string): Promise<boolean> {
  if (!queues.isIn(schema)) return false
  const q = queues.in(schema, 'q')
  const rows = await session.query(`select 1 from ${q} where ${q.name} = $1`, [name])
  return rows.length > 0
}

/** With the workflows on it counted under the lock of its row. What DBOS enqueues at that very moment it does not hold up. */
export async function deleteQueue(database: Database, name: string): Promise<PlatformResult> {
  const { schema } = database
  requireQueues(schema)
  const q = queues.in(schema, 'q')
  const w = workflowStatus.in(schema, 'w')
  const result = await changeOnRecord(
    database,
    'queues delete',
    async (client, record): Promise<PlatformResult> => {
      const { rows: found } = await client.query<Row>(
        `select exists (select from ${w} where ${w.queue} = $1 and ${w.status} in ('ENQUEUED', 'PENDING'))
           or exists (select from ${w} where ${w.queue} = $1 and ${w.status} = 'DELAYED') as is_used
       from ${q} where ${q.name} = $1 for update of q`,
        [name],
      )
      if (found.length === 0) return 'not-found'
      if (found[0]?.is_used === true) return 'no-op'
      await record({ subject: name })
      await client.query(`delete from ${q} where ${q.name} = $1`, [name])
      await forgetPause(client, schema, name)
      return 'changed'
    },
  )
  if (result === 'changed') await dropUnneededTrigger(database)
  return result
}

/** Any limit of partitions makes the queue a partitioned one, also one that it has and keeps. */
function willBePartitioned(schema: SystemSchema, columns: readonly ColumnValue[]): string {
  const q = queues.in(schema, 'q')
  const limits = partitionColumns.map((word) => {
    const index = columns.findIndex(([column]) => column === queues.columns[word])
    return index < 0 ? `${q[word]} is not null` : String(columns[index]?.[1] !== null)
  })
  return limits.join(' or ')
}

type ColumnValue = [column: string, value: string | number | boolean | null]

const partitionColumns = ['partitionConcurrency', 'partitionWorkerConcurrency', 'partitionRateMax'] as const
const partitionLimits = ['partitionConcurrency', 'partitionWorkerConcurrency', 'partitionRateLimit'] as const

function limitsPartitions(settings: Partial<QueueSettings>): boolean {
  return partitionLimits.some((limit) => settings[limit] !== undefined)
}

function hasLimit(settings: Partial<QueueSettings>): boolean {
  return partitionLimits.some((limit) => (settings[limit] ?? null) !== null)
}

function toColumns(schema: SystemSchema, settings: Partial<QueueSettings>): ColumnValue[] {
  const { concurrency, workerConcurrency, rateLimit, pollMs } = settings
  const columns: ColumnValue[] = []
  if (concurrency !== undefined) columns.push([queues.columns.concurrency, concurrency])
  if (workerConcurrency !== undefined) columns.push([queues.columns.workerConcurrency, workerConcurrency])
  if (rateLimit !== undefined) {
    columns.push([queues.columns.rateMax, rateLimit?.max ?? null])
    columns.push([queues.columns.ratePeriodSeconds, rateLimit ? rateLimit.periodMs / 1000 : null])
  }
  if (pollMs !== undefined) columns.push([queues.columns.pollSeconds, pollMs / 1000])
  if (!limitsPartitions(settings)) return columns
  requirePartitions(schema)
  const { partitionConcurrency, partitionWorkerConcurrency, partitionRateLimit } = settings
  if (partitionConcurrency !== undefined) {
    columns.push([queues.columns.partitionConcurrency, partitionConcurrency])
  }
  if (partitionWorkerConcurrency !== undefined) {
    columns.push([queues.columns.partitionWorkerConcurrency, partitionWorkerConcurrency])
  }
  if (partitionRateLimit !== undefined) {
    const periodSeconds = partitionRateLimit ? partitionRateLimit.periodMs / 1000 : null
    columns.push([queues.columns.partitionRateMax, partitionRateLimit?.max ?? null])
    columns.push([queues.columns.partitionRatePeriodSeconds, periodSeconds])
  }
  return columns
}

function requirePartitions(schema: SystemSchema): void {
  const words = [...partitionColumns, 'partitionRatePeriodSeconds', 'isPartitioned'] as const
  const lacking = words.find((word) => !queues.isIn(schema, word))
  if (lacking === undefined) return
  throw new CliError(
    'schema-unsupported',
    `These DBOS tables are too old for limits of partitions: they have no column "${queues.columns[lacking]}".`,
    { hint: 'leave the limits of partitions out, or update the application (they came with SDK 4.27)' },
  )
}

function requireQueues(schema: SystemSchema): void {
  if (queues.isIn(schema)) return
  throw new CliError('schema-unsupported', 'These DBOS tables are too old for registered queues.', {
    hint: 'queues are in the source of an application before SDK 4.20',
  })
}
