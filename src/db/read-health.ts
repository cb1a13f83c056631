import { randomUUID } from 'node:crypto'
import type { ServerHealth } from '../core/health.ts'
import { connect, disconnect, type Session } from './connect.ts'
import { toFilledText } from './rows.ts'
import type { SystemSchema } from './schema.ts'
import { createWake } from './wake.ts'

/** What is younger is on its way. */
const patienceSeconds = 60
const shownBacklog = 20
/** Of more than these the exact number tells nobody anything. */
const worthCounting = 1000
const listenTestMs = 1000

/** What the server tells about itself, and what in the tables needs somebody's care. */
export async function readHealth(session: Session, schema: SystemSchema): Promise<ServerHealth> {
  const written = ['workflow_status', 'notifications', 'workflow_input'].filter((table) => schema.has(table))
  const { server, processId } = await session.transaction(async (client) => {
    const { rows } = await client.query(
      `select current_setting('server_version') as version, clock_timestamp() as now, current_user as role,
         pg_backend_pid() as pid, pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_sessions,
         array(select t.name from unnest($1::text[], $2::text[]) as t(name, qualified)
               where not has_table_privilege(t.qualified, 'insert')) as not_writable`,
      [written, written.map((table) => schema.table(table))],
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
    notWritable: server.not_writable,
    migration: await readMigration(session, schema),
    isListening: await canListen(session),
    backlog: await readBacklog(session, schema),
    dead: await readDead(session, schema),
    unreadAfterEnd: await readUnreadAfterEnd(session, schema),
  }
}

async function readMigration(session: Session, schema: SystemSchema): Promise<number | null> {
  if (!schema.has('dbos_migrations', 'version')) return null
  const [row] = await session.query(`select max(version) as version from ${schema.table('dbos_migrations')}`)
  return row?.version === null || row === undefined ? null : Number(row.version)
}

/** Poolers accept LISTEN, and deliver nothing. */
async function canListen(session: Session): Promise<boolean> {
  const { target } = session
  const channel = `drover_${randomUUID().replaceAll('-', '')}`
  const signal = AbortSignal.timeout(target.connectTimeoutMs)
  const client = await connect({ ...target, url: target.listenUrl ?? target.url }, signal)
  try {
    const arrived = createWake()
    let hasArrived = false
    client.on('notification', () => {
      hasArrived = true
      arrived.ring()
    })
    await client.query(`listen ${channel}`)
    await session.query(`select pg_notify($1, '')`, [channel])
    await arrived.sleep(listenTestMs, signal)
    return hasArrived
  } finally {
    await disconnect(client)
  }
}

async function readBacklog(session: Session, schema: SystemSchema): Promise<ServerHealth['backlog']> {
  const rows = await session.query(
    `select queue_name, application, version, count(*)::int as count, min(created_at) as oldest_at,
       (array_agg(id order by created_at))[1] as oldest_id
     from (
       select w.workflow_uuid as id, w.queue_name, w.application_version as version, w.created_at,
         ${schema.column('workflow_status', 'application_name', 'w')} as application
       from ${schema.table('workflow_status')} w
       where w.status = 'ENQUEUED' and w.queue_name is not null
         and coalesce(w.updated_at, w.created_at) < (extract(epoch from now()) - ${patienceSeconds}) * 1000
     ) enqueued
     group by 1, 2, 3 order by oldest_at limit ${shownBacklog}`,
  )
  return rows.map((row) => ({
    queue: String(row.queue_name),
    application: toFilledText(row.application),
    version: toFilledText(row.version),
    count: Number(row.count),
    oldestId: String(row.oldest_id),
    oldestAt: new Date(Number(row.oldest_at)),
  }))
}

async function readDead(session: Session, schema: SystemSchema): Promise<ServerHealth['dead']> {
  const rows = await session.query(
    `select workflow_uuid as id from ${schema.table('workflow_status')}
     where status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' order by created_at desc limit ${worthCounting}`,
  )
  return toSample(rows)
}

async function readUnreadAfterEnd(
  session: Session,
  schema: SystemSchema,
): Promise<ServerHealth['unreadAfterEnd']> {
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
