import type { ClientBase } from 'pg'
import type {
  DeadExecutor,
  HandOverRequest,
  MoveRequest,
  RecoveryScan,
} from '../../core/diagnosis/dead-executors.ts'
import { slotKey } from '../../core/run/executor-protocol.ts'
import { internalQueue } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { Database } from '../tables/database.ts'
import { toDate, toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { findUnclaimed, isUnclaimed } from './read-unclaimed.ts'

/** After a restart of the server living executors need a moment to connect again. */
const settledServerMs = 10_000

export function scanExecutors({ session, schema }: Database): Promise<RecoveryScan> {
  return session.transaction((client) => look(client, schema))
}

export function handOver({ session, schema }: Database, request: HandOverRequest): Promise<string[]> {
  return session.transaction((client) => putBack(client, schema, request))
}

export function moveToVersion({ session, schema }: Database, request: MoveRequest): Promise<string[]> {
  return session.transaction((client) => move(client, schema, request))
}

/** No session is named after this executor; the server cuts such names off at 63 bytes. */
function hasNoSession(executorId: string): string {
  return `not exists (
    select from pg_stat_activity a where a.datname = current_database()
      and starts_with(a.application_name, left('dbos_transact_' || ${executorId} || '_', 63)))`
}

/** Free also for executors that are not drover's, which never lock one. The lock lasts until the transaction ends. */
function hasFreeSlot(executorId: string): string {
  return `pg_try_advisory_xact_lock_shared(${slotKey(executorId)})`
}

async function look(client: ClientBase, schema: SystemSchema): Promise<RecoveryScan> {
  const { rows } = await client.query<Row>(`
    select pg_backend_pid() as backend_pid, clock_timestamp() as at,
           pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_sessions,
           extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000 as up_ms`)
  const { backend_pid, at, sees_sessions, up_ms } = rows[0] ?? {}
  const { processID } = client as ClientBase & { readonly processID?: number }
  const obstacle =
    sees_sessions !== true
      ? 'this role cannot see the sessions of others'
      : // Between us and the server a pooler answers with a process id of its own.
        processID !== backend_pid
        ? 'a connection pooler hides the sessions of others'
        : null
  return {
    at: at as Date,
    obstacle,
    unsettledMs: Math.max(0, settledServerMs - Number(up_ms)),
    deadExecutors: obstacle === null ? await findGone(client, schema) : [],
    unclaimed: obstacle === null ? await findUnclaimed(client, schema) : [],
  }
}

async function findGone(client: ClientBase, schema: SystemSchema): Promise<DeadExecutor[]> {
  const application = schema.column('workflow_status', 'application_name', 'w')
  const { rows } = await client.query<Row>(
    `select * from (
       select w.executor_id, ${application} as application, w.application_version as version,
         count(*)::int as workflow_count, min(w.started_at_epoch_ms) as since
       from ${schema.table('workflow_status')} w where w.status = 'PENDING' group by 1, 2, 3
     ) candidate
     where executor_id is not null and ${hasNoSession('executor_id')} and ${hasFreeSlot('executor_id')}
     order by since, executor_id`,
  )
  const doubts = rows.length > 0 ? await readUnknownSessions(client) : []
  return rows.map((row) => {
    const executorId = String(row.executor_id)
    const isOwn = executorId.startsWith('drover-')
    return {
      executorId,
      application: toFilledText(row.application),
      version: toFilledText(row.version),
      workflowCount: Number(row.workflow_count),
      since: toDate(row.since),
      evidence: [`no session is named dbos_transact_${executorId}_…`, ...(isOwn ? ['its lock is free'] : [])],
      doubts: isOwn ? [] : doubts,
    }
  })
}

/** Clients of this database that are neither drover's nor named as executors name themselves. */
async function readUnknownSessions(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<Row>(
    `select a.application_name as name, a.usename, count(*)::int as count from pg_stat_activity a
     where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
       and a.application_name not like 'dbos\\_transact\\_%' and a.application_name not like 'drover%'
     group by 1, 2 order by 1, 2`,
  )
  return rows.map(({ name, usename, count }) => `${name || '(no name)'} of ${usename} (${count})`)
}

async function putBack(
  client: ClientBase,
  schema: SystemSchema,
  { executorId, application, version, seenAt, toVersion, workflowIds }: HandOverRequest,
): Promise<string[]> {
  const applicationColumn = schema.column('workflow_status', 'application_name', 'w')
  const { rows: alive } = await client.query<Row>(
    `select 1 where not (${hasNoSession('$1::text')} and ${hasFreeSlot('$1::text')})`,
    [executorId],
  )
  if (alive.length > 0) return []
  const owner = schema.has('workflow_status', 'owner_xid') ? 'owner_xid = null,' : ''
  const { rows } = await client.query<Row>(
    `update ${schema.table('workflow_status')} w
     set status = 'ENQUEUED', started_at_epoch_ms = null, ${owner}
         queue_name = coalesce(w.queue_name, $2), application_version = coalesce($3, w.application_version),
         updated_at = (extract(epoch from now()) * 1000)::bigint
     where w.status = 'PENDING' and w.executor_id = $1
       and ${applicationColumn} is not distinct from $4::text and w.application_version is not distinct from $5
       -- A new process with the same id may have begun with it meanwhile.
       and greatest(w.updated_at, w.started_at_epoch_ms) <= $6
       and ($7::text[] is null or w.workflow_uuid = any($7))
     returning w.workflow_uuid`,
    [
      executorId,
      internalQueue,
      toVersion ?? null,
      application,
      version,
      seenAt.getTime(),
      workflowIds ?? null,
    ],
  )
  return rows.map(({ workflow_uuid }) => String(workflow_uuid)).sort()
}

/** They keep their queue, and what it lets through. */
async function move(
  client: ClientBase,
  schema: SystemSchema,
  { application, version, seenAt, toVersion, workflowIds }: MoveRequest,
): Promise<string[]> {
  if (!(await isUnclaimed(client, schema, { application, version }))) return []
  const { rows } = await client.query<Row>(
    `update ${schema.table('workflow_status')} w
     set application_version = $3, updated_at = (extract(epoch from now()) * 1000)::bigint
     where w.status in ('ENQUEUED', 'DELAYED') and w.application_version = $2
       and ${schema.column('workflow_status', 'application_name', 'w')} is not distinct from $1::text
       and w.updated_at <= $4 and w.workflow_uuid = any($5)
     returning w.workflow_uuid`,
    [application, version, toVersion, seenAt.getTime(), workflowIds],
  )
  return rows.map(({ workflow_uuid }) => String(workflow_uuid)).sort()
}
