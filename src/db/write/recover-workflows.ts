import type { ClientBase } from 'pg'
import { internalQueue, isOwnExecutor, isSessionOf, lockKey, toSessionName } from '../../core/dbos-names.ts'
import type {
  DeadExecutor,
  HandOverRequest,
  MoveRequest,
  RecoveryScan,
} from '../../core/diagnosis/dead-executors.ts'
import type { Row } from '../connection/connect.ts'
import { pick } from '../tables/define-table.ts'
import { toDate, toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
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

/** No session is named after this executor. */
function hasNoSession(executorId: string): string {
  return `not exists (
    select from pg_stat_activity a where a.datname = current_database()
      and ${isSessionOf(executorId, 'a.application_name')})`
}

/** Free also for executors that are not drover's, which never lock one. The lock lasts until the transaction ends. */
function hasFreeSlot(executorId: string): string {
  return `pg_try_advisory_xact_lock_shared(${lockKey.slot(executorId)})`
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
  const w = workflowStatus.in(schema, 'w')
  const { rows } = await client.query<Row>(
    `select * from (
       select ${w.executorId} as executor, ${pick(w, ['application', 'version'])}, count(*)::int as workflow_count, min(${w.startedAt}) as since
       from ${w} where ${w.status} = 'PENDING' group by 1, 2, 3
     ) candidate
     where executor is not null and ${hasNoSession('executor')} and ${hasFreeSlot('executor')}
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
      evidence: [
        `no session is named ${toSessionName(executorId, '…')}`,
        ...(isOwn ? ['its lock is free'] : []),
      ],
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
  const w = workflowStatus.in(schema, 'w')
  const { rows: alive } = await client.query<Row>(
    `select 1 where not (${hasNoSession('$1::text')} and ${hasFreeSlot('$1::text')})`,
    [executorId],
  )
  if (alive.length > 0) return []
  const settings = workflowStatus.set(schema, {
    status: `'ENQUEUED'`,
    startedAt: 'null',
    ownerXid: 'null',
    queue: `coalesce(${w.queue}, $2)`,
    version: `coalesce($3, ${w.version})`,
    updatedAt: '(extract(epoch from now()) * 1000)::bigint',
  })
  const { rows } = await client.query<Row>(
    `update ${w}
     set ${settings}
     where ${w.status} = 'PENDING' and ${w.executorId} = $1
       and ${w.application} is not distinct from $4::text and ${w.version} is not distinct from $5
       -- A new process with the same id may have begun with it meanwhile.
       and greatest(${w.updatedAt}, ${w.startedAt}) <= $6
       and ($7::text[] is null or ${w.id} = any($7))
     returning ${pick(w, ['id'])}`,
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
  return rows.map(({ id }) => String(id)).sort()
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
    `update ${w}
     set ${settings}
     where ${w.status} in ('ENQUEUED', 'DELAYED') and ${w.version} = $2
       and ${w.application} is not distinct from $1::text
       and ${w.updatedAt} <= $4 and ${w.id} = any($5)
     returning ${pick(w, ['id'])}`,
    [application, version, toVersion, seenAt.getTime(), workflowIds],
  )
  return rows.map(({ id }) => String(id)).sort()
}
