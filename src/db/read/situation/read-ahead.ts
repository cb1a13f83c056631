import type { Situation } from '../../../core/diagnosis/situation.ts'
import type { Row } from '../../connection/connect.ts'
import { pick } from '../../tables/define-table.ts'
import { toDate } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import { workflowStatus } from '../../tables/workflow-status.ts'

/** Enough to name some. */
const shownAhead = 5
/** How far back to look for what was taken from a queue. */
const recentStarts = 5000

type Ahead = Pick<Situation, 'ahead' | 'aheadCount' | 'lastTakenAt'>

interface Queued {
  /** With its place in the queue as the table has it. */
  readonly row: Row
  /** It waits only for those of its partition. */
  readonly isPartitioned: boolean
}

/** Who is before each of these, in the order in which executors take from a queue, or from its partition. */
export async function readAhead(
  database: Database,
  queued: readonly Queued[],
): Promise<(workflowId: string) => Ahead> {
  const taken = await readTaken(database, queued)
  const parts = [true, false].map((isPartitioned) =>
    queued.filter((one) => one.isPartitioned === isPartitioned),
  )
  const before = new Map<string, Row>()
  for (const part of parts)
    for (const row of await readBefore(database, part)) before.set(String(row.id), row)
  return (workflowId) => {
    const row = before.get(workflowId)
    return {
      ahead: ((row?.ahead ?? []) as readonly unknown[]).map(String),
      aheadCount: Number(row?.total ?? 0),
      lastTakenAt: toDate(taken.get(workflowId)),
    }
  }
}

/** SQL of these as `own`, of `toParameter`. */
const ownRows = `jsonb_to_recordset($1::jsonb) as own(
  id text, queue text, partition text, priority int, "createdAt" bigint, version text, application text)`

function toParameter(queued: readonly Queued[]): string {
  return JSON.stringify(
    queued.map(({ row: { id, queue, partition, priority, createdAt, version, application } }) => ({
      ...{ id, queue, partition, priority, createdAt, version, application },
    })),
  )
}

/** When somebody who could have taken it took another one; before it was there nobody could have taken it. */
async function readTaken(
  { session, schema }: Database,
  queued: readonly Queued[],
): Promise<ReadonlyMap<string, unknown>> {
  if (queued.length === 0) return new Map()
  const p = workflowStatus.in(schema, 'p')
  const rows = await session.query(
    `with recent as materialized (
       select ${pick(p, ['id', 'queue', 'status', 'startedAt', 'version', 'application'])} from ${p}
       where ${p.startedAt} is not null order by ${p.startedAt} desc limit ${recentStarts}
     )
     select own.id, max(p."startedAt") as at from ${ownRows}
     join recent p on p.queue = own.queue and p.status <> 'ENQUEUED' and p.id <> own.id
       and p."startedAt" >= own."createdAt"
       and (own.version is null or p.version = own.version)
       and (own.application is null or p.application = own.application)
     group by own.id`,
    [toParameter(queued)],
  )
  return new Map(rows.map(({ id, at }) => [String(id), at]))
}

/** Either all of them wait for their partition, or none does. Of more than are shown all are counted, in the index alone. */
async function readBefore({ session, schema }: Database, queued: readonly Queued[]): Promise<readonly Row[]> {
  if (queued.length === 0) return []
  const p = workflowStatus.in(schema, 'p')
  const isPartitioned = queued.some((one) => one.isPartitioned)
  const isBefore = `${p.queue} = own.queue and ${p.status} = 'ENQUEUED'
    ${isPartitioned ? `and ${p.partition} is not distinct from own.partition` : ''}
    and (${p.priority}, ${p.createdAt}) < (own.priority, own."createdAt")`
  return session.query(
    `select own.id, next.ahead,
       case when next.shown < ${shownAhead} then next.shown
         else (select count(*) from ${p} where ${isBefore}) end as total
     from ${ownRows}
     cross join lateral (
       select count(*) as shown, array_agg(id order by priority, "createdAt") as ahead from (
         select ${pick(p, ['id', 'priority', 'createdAt'])} from ${p} where ${isBefore}
         order by ${p.priority}, ${p.createdAt} limit ${shownAhead}
       ) first
     ) next`,
    [toParameter(queued)],
  )
}
