import { internalQueue } from '../../core/dbos-names.ts'
import type { Outlook, QueueBudget, QueueState } from '../../core/diagnosis/situation.ts'
import type { RateLimit } from '../../core/platform.ts'
import type { QueuePlace } from '../../core/run/start.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { type Picked, pick } from '../tables/define-table.ts'
import { isPartitioned, queueLimits, queues, toCount } from '../tables/registered-queues.ts'
import { toFilledText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { readClock } from './read-clock.ts'

/** Enough of those that run to name some. */
const shownRunning = 5
const lookedAtRunning = 100

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

const registered = [
  ...(['application', 'concurrency', 'workerConcurrency', 'rateMax', 'ratePeriodSeconds'] as const),
  ...(['pollSeconds', 'isPartitioned', 'partitionConcurrency'] as const),
  ...(['partitionWorkerConcurrency', 'partitionRateMax', 'partitionRatePeriodSeconds'] as const),
] as const
type Registration = Picked<(typeof registered)[number]>

async function readRegistration(
  { session, schema }: Database,
  name: string,
): Promise<Registration | undefined> {
  const q = queues.in(schema, 'q')
  if (!queues.isIn(schema)) return undefined
  const [row] = await session.query(`select ${pick(q, registered)} from ${q} where ${q.name} = $1`, [name])
  return row
}

async function readQueue(
  database: Database,
  { queue: name, application, partition: key }: QueuePlace,
  registration: Registration = {},
): Promise<QueueState> {
  // Before there was such a table, queues were named in the source of the application.
  const isRegistered = !queues.isIn(database.schema) || Object.keys(registration).length > 0
  const { ofQueue, ofPartition } = queueLimits(registration)
  const isOfPartitions = isPartitioned(registration)
  const whole = { queue: name, application, partition: null }
  return {
    name,
    isInternal: name === internalQueue,
    isRegistered,
    owner: toFilledText(registration.application),
    isPaused: toCount(registration.workerConcurrency) === 0 || toCount(registration.concurrency) === 0,
    isPartitioned: isOfPartitions,
    pollMs: (toCount(registration.pollSeconds) ?? 1) * 1000,
    ...ofQueue,
    ...(await readUse(database, whole, ofQueue.rateLimit)),
    partition:
      isOfPartitions && key !== null
        ? {
            key,
            ...ofPartition,
            ...(await readUse(database, { ...whole, partition: key }, ofPartition.rateLimit)),
          }
        : null,
  }
}

/** What runs there, as who takes from it counts; in all partitions without one. */
async function readUse(
  { session, schema }: Database,
  { queue, application, partition }: QueuePlace,
  rateLimit: RateLimit | null,
): Promise<Pick<QueueBudget, 'running' | 'runningCount' | 'startedInPeriod'>> {
  const p = workflowStatus.in(schema, 'p')
  const place = [queue, application, ...(partition === null ? [] : [partition])]
  const isThere = `${p.queue} = $1 and ($2::text is null or ${p.application} is null or ${p.application} = $2)
    ${partition === null ? '' : `and ${p.partition} = $3`}`
  const isRunning = `${isThere} and ${p.status} = 'PENDING'`
  // Counted in the index alone; of many that run only the next in it are looked at.
  const [counts] = await session.query(`select count(*)::int as total from ${p} where ${isRunning}`, place)
  const running = await session.query(
    `select id from (
       select ${pick(p, ['id', 'startedAt', 'createdAt'])} from ${p} where ${isRunning}
       order by ${p.priority}, ${p.createdAt} limit ${lookedAtRunning}
     ) next
     order by "startedAt" nulls first, "createdAt" limit ${shownRunning}`,
    place,
  )
  const isLimited = workflowStatus.isIn(schema, 'rateLimited') ? `and ${p.rateLimited}` : ''
  const [started] =
    rateLimit === null
      ? []
      : await session.query(
          `select count(*)::int as count from ${p}
           where ${isThere} and ${p.status} not in ('ENQUEUED', 'DELAYED') ${isLimited}
             and ${p.startedAt} > (extract(epoch from now()) * 1000)::bigint - $${place.length + 1}`,
          [...place, rateLimit.periodMs],
        )
  return {
    running: running.map(({ id }) => String(id)),
    runningCount: Number(counts?.total ?? 0),
    startedInPeriod: Number(started?.count ?? 0),
  }
}

/** As an executor of this application finds it: its own and the unclaimed ones. */
async function readLatestVersion(
  { session, schema }: Database,
  application: string | null,
): Promise<string | null> {
  const v = applicationVersions.in(schema, 'v')
  if (!applicationVersions.isIn(schema)) return null
  const [latest] = await session.query(
    `select ${v.version} as version from ${v}
     where $1::text is null or ${v.application} is null or ${v.application} = $1
     order by ${v.registeredAt} desc limit 1`,
    [application],
  )
  return toFilledText(latest?.version)
}
