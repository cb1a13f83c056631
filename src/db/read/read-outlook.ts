import { internalQueue } from '../../core/dbos-names.ts'
import type { Outlook, QueueBudget, QueueState } from '../../core/diagnosis/situation.ts'
import type { RateLimit } from '../../core/platform.ts'
import type { QueuePlace } from '../../core/run/start.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { type Picked, pick } from '../tables/define-table.ts'
import { isPartitioned, queueLimits, queues, toCount } from '../tables/registered-queues.ts'
import { toFilledText, toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { readClock } from './read-clock.ts'

/** Enough of those that run to name some. */
const shownRunning = 5
const lookedAtRunning = 100

type PlaceRow = Picked<'status' | 'queue' | 'application' | 'partition'>

export function isQueued({ status, queue }: PlaceRow): boolean {
  return queue !== null && (status === 'ENQUEUED' || status === 'DELAYED')
}

/** Of a row that is queued. */
export function toPlace({ queue, application, partition }: PlaceRow): QueuePlace {
  return {
    queue: String(queue),
    application: toFilledText(application),
    partition: toFilledText(partition),
  }
}

/** What would become of a workflow on this queue. */
export async function readOutlook(database: OpenDatabase, place: QueuePlace): Promise<Outlook> {
  const outlookOf = await readOutlooks(database, [place])
  return outlookOf(place) as Outlook
}

/**
 * What would become of workflows on these queues: the same statements for all, which read once what is the same. Of the first
 * `most` places that differ, of which only queues with partitions have several; of other partitions of those only what their
 * whole queue has is told, and of other queues nothing.
 */
export async function readOutlooks(
  database: OpenDatabase,
  places: readonly QueuePlace[],
  most = Number.POSITIVE_INFINITY,
): Promise<(place: QueuePlace) => Outlook | undefined> {
  if (places.length === 0) return () => undefined
  const registrations = await readRegistrations(database, [...new Set(places.map(({ queue }) => queue))])
  const registrationOf = ({ queue }: QueuePlace): Registration => registrations.get(queue) ?? {}
  const reduce = (place: QueuePlace): QueuePlace =>
    isPartitioned(registrationOf(place)) ? place : wholeOf(place)
  const read = distinct(places.map(reduce)).slice(0, most)
  const wholes = distinct(read.map(wholeOf))
  const now = await readClock(database)
  const versions = await readLatestVersions(database, [
    ...new Set(wholes.map(({ application }) => application)),
  ])
  const executors = await database.executors()
  const uses = new Map([
    ...(await readUses(
      database,
      wholes.map((place) => ({ ...place, ...queueLimits(registrationOf(place)).ofQueue })),
    )),
    ...(await readUses(
      database,
      read
        .filter(({ partition }) => partition !== null)
        .map((place) => ({ ...place, ...queueLimits(registrationOf(place)).ofPartition })),
    )),
  ])
  return (place) => {
    const use = uses.get(keyOf(wholeOf(place)))
    if (!use) return undefined
    const { queue, application, partition: key } = reduce(place)
    const registration = registrations.get(queue)
    const { ofPartition } = queueLimits(registrationOf(place))
    const ofKey = key === null ? undefined : uses.get(keyOf(place))
    return {
      now,
      queue: {
        ...toState(database, queue, registration),
        ...use,
        partition: key !== null && ofKey ? { key, ...ofPartition, ...ofKey } : null,
      },
      latestVersion: versions.get(application) ?? null,
      executors,
    }
  }
}

function distinct(places: readonly QueuePlace[]): QueuePlace[] {
  return [...new Map(places.map((place) => [keyOf(place), place])).values()]
}

function wholeOf(place: QueuePlace): QueuePlace {
  return { ...place, partition: null }
}

function keyOf({ queue, application, partition }: QueuePlace): string {
  return JSON.stringify([queue, application, partition])
}

const registered = [
  ...(['name', 'application', 'concurrency', 'workerConcurrency', 'rateMax', 'ratePeriodSeconds'] as const),
  ...(['pollSeconds', 'isPartitioned', 'partitionConcurrency'] as const),
  ...(['partitionWorkerConcurrency', 'partitionRateMax', 'partitionRatePeriodSeconds'] as const),
] as const
type Registration = Picked<(typeof registered)[number]>

async function readRegistrations(
  { session, schema }: Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, Registration>> {
  const q = queues.in(schema, 'q')
  if (!queues.isIn(schema)) return new Map()
  const rows = await session.query(`select ${pick(q, registered)} from ${q} where ${q.name} = any($1)`, [
    names,
  ])
  return new Map(rows.map((row) => [String(row.name), row]))
}

function toState(
  { schema }: Database,
  name: string,
  registration: Registration = {},
): Omit<QueueState, 'partition' | keyof QueueUse> {
  const { ofQueue } = queueLimits(registration)
  return {
    name,
    isInternal: name === internalQueue,
    // Before there was such a table, queues were named in the source of the application.
    isRegistered: !queues.isIn(schema) || Object.keys(registration).length > 0,
    owner: toFilledText(registration.application),
    isPaused: toCount(registration.workerConcurrency) === 0 || toCount(registration.concurrency) === 0,
    isPartitioned: isPartitioned(registration),
    pollMs: (toCount(registration.pollSeconds) ?? 1) * 1000,
    ...ofQueue,
  }
}

type QueueUse = Pick<QueueBudget, 'running' | 'runningCount' | 'startedInPeriod'>

/** What runs there, as who takes from it counts; either all have a partition, or none has, which is all partitions. */
async function readUses(
  { session, schema }: Database,
  places: readonly (QueuePlace & { readonly rateLimit: RateLimit | null })[],
): Promise<ReadonlyMap<string, QueueUse>> {
  if (places.length === 0) return new Map()
  const isOfPartitions = places.some(({ partition }) => partition !== null)
  const p = workflowStatus.in(schema, 'p')
  const isThere = `${p.queue} = place.queue
    and (place.application is null or ${p.application} is null or ${p.application} = place.application)
    ${isOfPartitions ? `and ${p.partition} = place.partition` : ''}`
  // The status as Postgres cannot know it: with what it knows it may go through all that is PENDING, on whichever queue.
  const isRunning = `${isThere} and ${p.status} in ('ENQUEUED', 'PENDING') and ${p.status} = place.status`
  const isLimited = workflowStatus.isIn(schema, 'rateLimited') ? `and ${p.rateLimited}` : ''
  // Of many that run only the next in the index are looked at, and all are counted in the index alone.
  const rows = await session.query(
    `select next.running,
       case when next.looked < ${lookedAtRunning} then next.looked
         else (select count(*) from ${p} where ${isRunning}) end as total,
       case when place.period is null then 0 else (
         select count(*) from ${p}
         where ${isThere} and ${p.status} not in ('ENQUEUED', 'DELAYED') ${isLimited}
           and ${p.startedAt} > (extract(epoch from now()) * 1000)::bigint - place.period
       ) end as started
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[]) with ordinality
       as place(queue, application, partition, period, status, n)
     cross join lateral (
       select count(*) as looked,
         (array_agg(id order by "startedAt" nulls first, "createdAt"))[1:${shownRunning}] as running
       from (
         select ${pick(p, ['id', 'startedAt', 'createdAt'])} from ${p} where ${isRunning}
         order by ${p.priority}, ${p.createdAt} limit ${lookedAtRunning}
       ) look
     ) next
     order by place.n`,
    [
      places.map(({ queue }) => queue),
      places.map(({ application }) => application),
      places.map(({ partition }) => partition),
      places.map(({ rateLimit }) => rateLimit?.periodMs ?? null),
      places.map(() => 'PENDING'),
    ],
  )
  return new Map(
    rows.map((row, index) => [
      keyOf(places[index] as QueuePlace),
      {
        running: ((row.running ?? []) as readonly unknown[]).map(String),
        runningCount: Number(row.total),
        startedInPeriod: Number(row.started),
      },
    ]),
  )
}

/** As an executor of each application finds it: its own and the unclaimed ones. */
async function readLatestVersions(
  { session, schema }: Database,
  applications: readonly (string | null)[],
): Promise<ReadonlyMap<string | null, string | null>> {
  const v = applicationVersions.in(schema, 'v')
  if (!applicationVersions.isIn(schema)) return new Map()
  const rows = await session.query(
    `select of.application, (
       select ${v.version} from ${v}
       where of.application is null or ${v.application} is null or ${v.application} = of.application
       order by ${v.registeredAt} desc limit 1
     ) as version
     from unnest($1::text[]) as of(application)`,
    [applications],
  )
  return new Map(rows.map(({ application, version }) => [toText(application), toFilledText(version)]))
}
