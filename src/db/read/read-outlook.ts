import { internalQueue } from '../../core/dbos-names.ts'
import type { Outlook, QueueState } from '../../core/diagnosis/situation.ts'
import type { QueuePlace } from '../../core/run/start.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { type Picked, pick } from '../tables/define-table.ts'
import { isPartitioned, queues } from '../tables/registered-queues.ts'
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
  ...(['partitionWorkerConcurrency', 'partitionRateMax'] as const),
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
  { session, schema }: Database,
  { queue: name, application, partition }: QueuePlace,
  registration: Registration = {},
): Promise<QueueState> {
  const p = workflowStatus.in(schema, 'p')
  // Before there was such a table, queues were named in the source of the application.
  const isRegistered = !queues.isIn(schema) || Object.keys(registration).length > 0
  const number = (column: keyof Registration) => {
    const value = registration[column]
    return value === null || value === undefined ? null : Number(value)
  }
  const rateMax = number('rateMax')
  const periodMs = (number('ratePeriodSeconds') ?? 0) * 1000
  const ofApplication = `($2::text is null or ${p.application} is null
    or ${p.application} = $2)`
  const counted =
    number('partitionConcurrency') !== null && partition !== null ? `and ${p.partition} = $3` : ''
  const parameters = [name, application, ...(counted ? [partition] : [])]
  const isRunning = `${p.queue} = $1 and ${p.status} = 'PENDING' and ${ofApplication} ${counted}`
  // Counted in the index alone; of many that run only the next in it are looked at.
  const [counts] = await session.query(
    `select count(*)::int as total from ${p} where ${isRunning}`,
    parameters,
  )
  const running = await session.query(
    `select id from (
       select ${pick(p, ['id', 'startedAt', 'createdAt'])} from ${p} where ${isRunning}
       order by ${p.priority}, ${p.createdAt} limit ${lookedAtRunning}
     ) next
     order by "startedAt" nulls first, "createdAt" limit ${shownRunning}`,
    parameters,
  )
  const [started] =
    rateMax === null
      ? []
      : await session.query(
          `select count(*)::int as count from ${p}
           where ${p.queue} = $1 and ${p.status} not in ('ENQUEUED', 'DELAYED') and ${ofApplication}
             and ${p.startedAt} > (extract(epoch from now()) * 1000)::bigint - $3`,
          [name, application, periodMs],
        )
  return {
    name,
    isInternal: name === internalQueue,
    isRegistered,
    owner: toFilledText(registration.application),
    concurrency: number('concurrency'),
    workerConcurrency: number('workerConcurrency'),
    rateLimit: rateMax === null ? null : { max: rateMax, periodMs },
    isPartitioned: isPartitioned(registration),
    partitionConcurrency: number('partitionConcurrency'),
    pollMs: (number('pollSeconds') ?? 1) * 1000,
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
