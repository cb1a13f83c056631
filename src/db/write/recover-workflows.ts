import type { ClientBase } from 'pg'
import { isOwnExecutor, toSessionName } from '../../core/dbos-names.ts'
import type {
  DeadExecutor,
  HandOverRequest,
  MoveRequest,
  RecoveryScan,
} from '../../core/diagnosis/recovery.ts'
import type { Row } from '../connection/connect.ts'
import { isLifeless, readUnknownSessions } from '../executors/dead-executors.ts'
import { putBack } from '../executors/put-back.ts'
import { seeSessions } from '../executors/see-sessions.ts'
import { findRecorder } from '../record/find-recorder.ts'
import { pick } from '../tables/define-table.ts'
import { toDate, toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { findUnclaimed, isUnclaimed } from './read-unclaimed.ts'

/** After a restart of the server living executors need a moment to connect again. */
const settledServerMs = 10_000

/** Who lives, who is dead, and what the dead left, as one transaction saw it. Source: `workflow_status`, `pg_stat_activity`. */
export function scanExecutors({ session, schema }: Database): Promise<RecoveryScan> {
  return session.transaction((client) => look(client, schema))
}

/** Puts back what the dead executors of a request left, for the living to take; returns the ids. A worker that starts does the same for its own in `runtime/hand-over.ts`. */
export async function handOver(database: Database, request: HandOverRequest): Promise<string[]> {
  const { session, schema } = database
  const recorder = await findRecorder(database, 'recover')
  return session.transaction(async (client) => {
    const ids = await putBackOf(client, schema, request)
    const before = { status: 'PENDING', executorId: request.executorId, version: request.version }
    await recorder?.done(
      client,
      'recover',
      ids.map((workflowId) => ({ workflowId, before })),
    )
    return ids
  })
}

/** Gives waiting workflows another application version, so that executors of that one take them; returns the ids. */
export async function moveToVersion(database: Database, request: MoveRequest): Promise<string[]> {
  const { session, schema } = database
  const recorder = await findRecorder(database, 'recover')
  return session.transaction(async (client) => {
    const ids = await move(client, schema, request)
    const before = { version: request.version }
    await recorder?.done(
      client,
      'recover',
      ids.map((workflowId) => ({ workflowId, before })),
    )
    return ids
  })
}

async function look(client: ClientBase, schema: SystemSchema): Promise<RecoveryScan> {
  const { at, upMs, obstacle } = await seeSessions(client)
  return {
    at,
    obstacle,
    unsettledMs: Math.max(0, settledServerMs - upMs),
    deadExecutors: obstacle === null ? await findGone(client, schema) : [],
    unclaimed: obstacle === null ? await findUnclaimed(client, schema) : [],
  }
}

async function findGone(client: ClientBase, schema: SystemSchema): Promise<DeadExecutor[]> {
  const w = workflowStatus.in(schema, 'w')
  const { rows } = await client.query<Row>(
    `select * from (
       select ${w.executorId} as executor, ${pick(w, ['application', 'version'])}, count(*)::int as workflow_count, min(${w.startedAt}) as since,
         (array_agg(${w.id} order by ${w.startedAt}, ${w.id}))[1] as oldest_id
       from ${w} where ${w.status} = 'PENDING' group by 1, 2, 3
     ) candidate
     where executor is not null and ${isLifeless('executor')}
     order by since, executor`,
  )
  const doubts = rows.length > 0 ? await readUnknownSessions(client) : []
  return rows.map((row) => {
    const executorId = String(row.executor)
    const isOwn = isOwnExecutor(executorId)
    return {
      executorId,
      application: toFilledText(row.application),
      version: toFilledText(row.version),
      workflowCount: Number(row.workflow_count),
      since: toDate(row.since),
      oldestId: String(row.oldest_id),
      evidence: [
        `no session is named ${toSessionName(executorId, '…')}`,
        ...(isOwn ? ['its lock is free'] : []),
      ],
      doubts: isOwn ? [] : doubts,
    }
  })
}

async function putBackOf(
  client: ClientBase,
  schema: SystemSchema,
  { executorId, seenAt, ...request }: HandOverRequest,
): Promise<string[]> {
  const { rows } = await client.query(`select 1 where ${isLifeless('$1::text')}`, [executorId])
  if (rows.length === 0) return []
  const back = await putBack(client, schema, {
    ...request,
    executorIds: [executorId],
    unchangedSince: seenAt,
  })
  return back.map(({ workflowId }) => workflowId)
}

/** They keep their queue, and what it lets through. */
async function move(
  client: ClientBase,
  schema: SystemSchema,
  { application, version, seenAt, toVersion, workflowIds }: MoveRequest,
): Promise<string[]> {
  const w = workflowStatus.in(schema, 'w')
  if (!(await isUnclaimed(client, schema, { application, version }))) return []
  const settings = workflowStatus.set(schema, {
    version: '$3',
    updatedAt: '(extract(epoch from now()) * 1000)::bigint',
  })
  const { rows } = await client.query<Row>(
    `with waiting as materialized (
       select ${w.id} as id from ${w}
       where ${w.status} in ('ENQUEUED', 'DELAYED') and ${w.version} = $2
         and ${w.application} is not distinct from $1::text
         and ${w.updatedAt} <= $4 and ${w.id} = any($5)
       order by ${w.id} for update
     )
     update ${w} set ${settings} from waiting h where ${w.id} = h.id
     returning ${pick(w, ['id'])}`,
    [application, version, toVersion, seenAt.getTime(), workflowIds],
  )
  return rows.map(({ id }) => String(id)).sort()
}
