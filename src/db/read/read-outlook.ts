import type { Outlook, QueueState } from '../../core/diagnosis/situation.ts'
import type { QueuePlace } from '../../core/run/start.ts'
import { internalQueue } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import type { Database } from '../tables/database.ts'
import { toFilledText } from '../tables/rows.ts'
import { readClock } from './read-clock.ts'

/** Enough of those that run to name some. */
const shownRunning = 5

/** What would become of a workflow on this queue. */
export async function readOutlook(database: OpenDatabase, place: QueuePlace): Promise<Outlook> {
  const registration = await readRegistration(database, place.queue)
  return {
    now: await readClock(database),
    queue: await readQueue(database, place, registration),
    latestVersion: await readLatestVersion(database, place.application),
    executors: await database.executors(),
  }
}

async function readRegistration({ session, schema }: Database, name: string): Promise<Row | undefined> {
  if (!schema.has('queues')) return undefined
  const column = (wanted: string) => `${schema.column('queues', wanted, 'q')} as ${wanted}`
  const [row] = await session.query(
    `select ${[
      'application_name',
      'concurrency',
      'worker_concurrency',
      'rate_limit_max',
      'rate_limit_period_sec',
      'partition_queue',
      'partition_concurrency',
      'partition_worker_concurrency',
      'partition_rate_limit_max',
      'polling_interval_sec',
    ]
      .map(column)
      .join(', ')} from ${schema.table('queues')} q where q.name = $1`,
    [name],
  )
  return row
}

async function readQueue(
  { session, schema }: Database,
  { queue: name, application, partition }: QueuePlace,
  registration: Row = {},
): Promise<QueueState> {
  // Before there was such a table, queues were named in the source of the application.
  const isRegistered = !schema.has('queues') || Object.keys(registration).length > 0
  const number = (column: string) => {
    const value = registration[column]
    return value === null || value === undefined ? null : Number(value)
  }
  const partitionLimits = [
    'partition_concurrency',
    'partition_worker_concurrency',
    'partition_rate_limit_max',
  ]
  const rateMax = number('rate_limit_max')
  const periodMs = (number('rate_limit_period_sec') ?? 0) * 1000
  const status = schema.table('workflow_status')
  const ofApplication = `($2::text is null or ${schema.column('workflow_status', 'application_name', 'p')} is null
    or ${schema.column('workflow_status', 'application_name', 'p')} = $2)`
  const counted =
    number('partition_concurrency') !== null && partition !== null ? 'and p.queue_partition_key = $3' : ''
  const parameters = [name, application, ...(counted ? [partition] : [])]
  const running = await session.query(
    `select p.workflow_uuid as id, count(*) over ()::int as total from ${status} p
     where p.queue_name = $1 and p.status = 'PENDING' and ${ofApplication} ${counted}
     order by p.started_at_epoch_ms nulls first, p.created_at limit ${shownRunning}`,
    parameters,
  )
  const [started] =
    rateMax === null
      ? []
      : await session.query(
          `select count(*)::int as count from ${status} p
           where p.queue_name = $1 and p.status not in ('ENQUEUED', 'DELAYED') and ${ofApplication}
             and p.started_at_epoch_ms > (extract(epoch from now()) * 1000)::bigint - $3`,
          [name, application, periodMs],
        )
  return {
    name,
    isInternal: name === internalQueue,
    isRegistered,
    owner: toFilledText(registration.application_name),
    concurrency: number('concurrency'),
    workerConcurrency: number('worker_concurrency'),
    rateLimit: rateMax === null ? null : { max: rateMax, periodMs },
    isPartitioned:
      registration.partition_queue === true || partitionLimits.some((limit) => number(limit) !== null),
    partitionConcurrency: number('partition_concurrency'),
    pollMs: (number('polling_interval_sec') ?? 1) * 1000,
    running: running.map(({ id }) => String(id)),
    runningCount: Number(running[0]?.total ?? 0),
    startedInPeriod: Number(started?.count ?? 0),
  }
}

/** As an executor of this application finds it: its own and the unclaimed ones. */
async function readLatestVersion(
  { session, schema }: Database,
  application: string | null,
): Promise<string | null> {
  if (!schema.has('application_versions')) return null
  const owner = schema.column('application_versions', 'application_name', 'v')
  const [latest] = await session.query(
    `select v.version_name as version from ${schema.table('application_versions')} v
     where $1::text is null or ${owner} is null or ${owner} = $1
     order by v.version_timestamp desc limit 1`,
    [application],
  )
  return toFilledText(latest?.version)
}
