import type { ServerHealth, Standing } from '../../core/diagnosis/health.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import { timeoutSignal } from '../../core/words/long-timer.ts'
import { type Row, type Session, withConnection } from '../connection/connect.ts'
import { receivesOwnNotify } from '../connection/receives-own-notify.ts'
import type { Database } from '../tables/database.ts'
import { hasRecord } from '../tables/record-table.ts'
import { toFilledText } from '../tables/rows.ts'
import { readUnknownTopics } from './read-unknown-topics.ts'

/** What is younger is on its way. */
const patienceSeconds = 60
const shownBacklog = 20
/** Of more than these the exact number tells nobody anything. */
const worthCounting = 1000
const listenTestMs = 1000

/** What the server tells about itself, and what in the tables needs somebody's care. */
export async function readHealth(database: Database): Promise<ServerHealth> {
  const { session } = database
  const { server, processId } = await session.transaction(async (client) => {
    const { rows } = await client.query(
      `select current_setting('server_version') as version, clock_timestamp() as now, current_user as role,
         pg_backend_pid() as pid, pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_sessions`,
    )
    return {
      server: rows[0],
      processId: (client as typeof client & { readonly processID?: number }).processID,
    }
  })
  return {
    serverVersion: String(server.version).split(' ')[0] ?? '',
    now: server.now,
    role: String(server.role),
    // Between us and the server a pooler answers with a process id of its own.
    isPooled: processId !== server.pid,
    seesSessions: server.sees_sessions === true,
    mayNot: await readMayNot(database),
    hasRecord: await hasRecord(session),
    migration: await readMigration(database),
    isListening: await canListen(session),
    backlog: await readBacklog(database),
    unbegun: await readUnbegun(database),
    dead: await readDead(database),
    unreadAfterEnd: await readUnreadAfterEnd(database),
    unknownTopics: await readUnknownTopics(database),
  }
}

/** As `send`, the decision and `start` write: a decision also locks the row of its workflow, and records itself. */
async function readMayNot({ session, schema }: Database): Promise<ServerHealth['mayNot']> {
  const creator = schema.has('workflow_status', 'creator_xid')
    ? `and has_column_privilege($1, 'creator_xid', 'update')`
    : ''
  const input = schema.has('workflow_input') ? `and has_table_privilege($3, 'insert')` : ''
  const parameters = ['workflow_status', 'notifications'].map((table) => schema.table(table))
  const [row = {}] = await session.query(
    `select has_table_privilege($2, 'insert') as send,
       has_any_column_privilege($1, 'update') and not exists (
         select from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'drover' and c.relname = 'decisions'
           and not (has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'insert'))
       ) as decide,
       has_table_privilege($1, 'insert') ${input} ${creator} as start`,
    input === '' ? parameters : [...parameters, schema.table('workflow_input')],
  )
  return [
    ...(row.send === true ? [] : (['send'] as const)),
    ...(row.send === true && row.decide === true ? [] : (['approve'] as const)),
    ...(row.start === true ? [] : (['start'] as const)),
  ]
}

async function readMigration({ session, schema }: Database): Promise<number | null> {
  if (!schema.has('dbos_migrations', 'version')) return null
  const [row] = await session.query(`select max(version) as version from ${schema.table('dbos_migrations')}`)
  return row?.version === null || row === undefined ? null : Number(row.version)
}

/** Poolers accept LISTEN, and deliver nothing. */
async function canListen(session: Session): Promise<boolean> {
  const { target } = session
  const signal = timeoutSignal(target.connectTimeoutMs)
  const direct = { ...target, url: target.listenUrl ?? target.url }
  return withConnection(direct, { signal, silenceMs: target.connectTimeoutMs }, (client) =>
    receivesOwnNotify(client, session, listenTestMs, signal),
  )
}

async function readBacklog({ session, schema }: Database): Promise<ServerHealth['backlog']> {
  const rows = await session.query(
    `select queue_name, application, version, count(*)::int as count, min(since) as oldest_at,
       (array_agg(id order by since))[1] as oldest_id
     from (
       select w.workflow_uuid as id, w.queue_name, w.application_version as version,
         coalesce(w.queue_partition_key, '') = '' as is_whole,
         -- It may have been held back until then, or put there again.
         greatest(coalesce(w.updated_at, w.created_at), ${schema.column('workflow_status', 'delay_until_epoch_ms', 'w')}) as since,
         ${schema.column('workflow_status', 'application_name', 'w')} as application
       from ${schema.table('workflow_status')} w
       where w.status = 'ENQUEUED' and w.queue_name is not null
     ) enqueued
     where since < (extract(epoch from now()) - ${patienceSeconds}) * 1000
     group by 1, 2, 3, is_whole order by oldest_at limit ${shownBacklog}`,
  )
  return rows.map((row) => ({
    queue: String(row.queue_name),
    application: toFilledText(row.application),
    version: toFilledText(row.version),
    ...toStanding(row),
  }))
}

async function readUnbegun({ session, schema }: Database): Promise<ServerHealth['unbegun']> {
  const rows = await session.query(
    `select w.name, w.class_name, count(*)::int as count, min(w.started_at_epoch_ms) as oldest_at,
       (array_agg(w.workflow_uuid order by w.started_at_epoch_ms))[1] as oldest_id
     from ${schema.table('workflow_status')} w
     where w.status = 'PENDING' and w.queue_name is not null
       and w.started_at_epoch_ms < (extract(epoch from now()) - ${patienceSeconds}) * 1000
       and not exists(
         select from ${schema.table('operation_outputs')} o where o.workflow_uuid = w.workflow_uuid)
     group by 1, 2 order by oldest_at limit ${shownBacklog}`,
  )
  return rows.map((row) => ({
    name: String(row.name),
    className: toFilledText(row.class_name),
    ...toStanding(row),
  }))
}

function toStanding(row: Row): Standing {
  return {
    count: Number(row.count),
    oldestId: String(row.oldest_id),
    oldestAt: dateOfMs(row.oldest_at as string),
  }
}

async function readDead({ session, schema }: Database): Promise<ServerHealth['dead']> {
  const rows = await session.query(
    `select workflow_uuid as id from ${schema.table('workflow_status')}
     where status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' order by created_at desc limit ${worthCounting}`,
  )
  return toSample(rows)
}

async function readUnreadAfterEnd({ session, schema }: Database): Promise<ServerHealth['unreadAfterEnd']> {
  const rows = await session.query(
    `select distinct n.destination_uuid as id from ${schema.table('notifications')} n
     join ${schema.table('workflow_status')} w on w.workflow_uuid = n.destination_uuid
     where not n.consumed and w.status in ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
     limit ${worthCounting}`,
  )
  return toSample(rows)
}

function toSample(rows: readonly { readonly id?: unknown }[]): ServerHealth['dead'] {
  return { count: rows.length, ids: rows.slice(0, 3).map(({ id }) => String(id)) }
}
