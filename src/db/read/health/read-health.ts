import { sentMd5 } from '../../../core/client/guard-client.ts'
import type { ServerHealth, Standing } from '../../../core/diagnosis/server-health.ts'
import { CliError } from '../../../core/errors.ts'
import { dateOfMs } from '../../../core/words/far-date.ts'
import { timeoutSignal } from '../../../core/words/long-timer.ts'
import { isEnded } from '../../../core/workflow.ts'
import { type Row, withConnection } from '../../connection/connect.ts'
import { receivesOwnNotify } from '../../connection/receives-own-notify.ts'
import { type FoundRecord, findRecord } from '../../decide/open-record.ts'
import { seeSessions } from '../../executors/see-sessions.ts'
import { dbosMigrations } from '../../tables/dbos-migrations.ts'
import { pick } from '../../tables/define-table.ts'
import { createNameIndex, hasNameIndex } from '../../tables/name-index.ts'
import { notifications } from '../../tables/notifications.ts'
import { operationOutputs } from '../../tables/operation-outputs.ts'
import { toFilledText } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import { workflowInput } from '../../tables/workflow-input.ts'
import { workflowStatus } from '../../tables/workflow-status.ts'
import { readLatestUnread, type UnreadMessage } from './latest-unread.ts'
import { readUnknownTopics } from './read-unknown-topics.ts'

/** What is younger is on its way. */
const patienceSeconds = 60
const shownBacklog = 20
/** Of what is counted. */
const shownIds = 3
/** Of more than these the exact number tells nobody anything. */
const worthCounting = 1000
/** In pages: some hundred thousand workflows. */
const worthAnIndex = 5000
const listenTestMs = 1000

/** What the server tells about itself, and what in the tables needs somebody's care. */
export async function readHealth(database: Database): Promise<ServerHealth> {
  const { session } = database
  const { at, role, version, isPooled, seesSessions, asksForMd5 } = await session.transaction(
    async (client) => {
      const { rows } = await client.query(
        `select current_setting('server_version') as version, current_user as role`,
      )
      return { ...rows[0], asksForMd5: sentMd5(client), ...(await seeSessions(client)) }
    },
  )
  const record = await findRecord(database)
  const unread = await readLatestUnread(database)
  return {
    serverVersion: String(version).split(' ')[0] ?? '',
    now: at,
    role: String(role),
    isPooled,
    asksForMd5,
    seesSessions,
    mayNot: await readMayNot(database, record),
    hasRecord: record.kind !== 'none',
    missingIndex: await findMissingIndex(database),
    migration: await readMigration(database),
    isListening: await canListen(database),
    isReplica: database.schema.isReplica,
    backlog: await readBacklog(database),
    unbegun: await readUnbegun(database),
    dead: await readDead(database),
    unreadAfterEnd: sampleEnded(unread),
    unknownTopics: await readUnknownTopics(database, unread),
  }
}

/** As `send`, the decision and `start` write. Where there is no function that decides, who does locks the row of the workflow. */
async function readMayNot(
  { session, schema }: Database,
  record: FoundRecord,
): Promise<ServerHealth['mayNot']> {
  const creator = workflowStatus.isIn(schema, 'creatorXid')
    ? `and has_column_privilege($1, '${workflowStatus.columns.creatorXid}', 'update')`
    : ''
  const input = workflowInput.isIn(schema) ? `and has_table_privilege($3, 'insert')` : ''
  const parameters = [String(workflowStatus.in(schema)), String(notifications.in(schema))]
  const [row = {}] = await session.query(
    `select has_table_privilege($2, 'insert') as send,
       has_any_column_privilege($1, 'update') and not exists (
         select from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'drover' and c.relname = 'decisions'
           and not (has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'insert'))
       ) as decide,
       has_table_privilege($1, 'insert') ${input} ${creator} as start`,
    input === '' ? parameters : [...parameters, String(workflowInput.in(schema))],
  )
  const mayDecide = record.kind === 'function' ? record.mayCall : row.send === true && row.decide === true
  return [
    ...(row.send === true ? [] : (['send'] as const)),
    ...(mayDecide ? [] : (['approve'] as const)),
    ...(row.start === true ? [] : (['start'] as const)),
  ]
}

async function readMigration({ session, schema }: Database): Promise<number | null> {
  if (!dbosMigrations.isIn(schema, 'version')) return null
  const [row] = await session.query(`select max(version) as version from ${dbosMigrations.in(schema)}`)
  return row?.version === null || row === undefined ? null : Number(row.version)
}

/** An application may have its reasons: it is told, not made. */
async function findMissingIndex(database: Database): Promise<string | null> {
  const { session, schema } = database
  const [row] = await session.query(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages`,
    [String(workflowStatus.in(schema))],
  )
  if (Number(row?.pages ?? 0) < worthAnIndex || (await hasNameIndex(database))) return null
  return createNameIndex(database, { concurrently: true })
}

/** Poolers accept LISTEN, and deliver nothing. */
async function canListen({ session, schema }: Database): Promise<boolean> {
  const { target } = session
  if (schema.isReplica && target.listenUrl === undefined) return false
  const signal = timeoutSignal(target.connectTimeoutMs)
  const direct = { ...target, url: target.listenUrl ?? target.url }
  try {
    return await withConnection(direct, { signal, silenceMs: target.connectTimeoutMs }, (client) =>
      receivesOwnNotify(client, schema.isReplica ? client : session, listenTestMs, signal),
    )
  } catch (error) {
    // A role that may have one connection only can do all else.
    if (error instanceof CliError) return false
    throw error
  }
}

async function readBacklog({ session, schema }: Database): Promise<ServerHealth['backlog']> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select queue, application, version, count(*)::int as count, min(since) as oldest_at,
       (array_agg(id order by since))[1] as oldest_id
     from (
       select ${pick(w, ['id', 'queue', 'application', 'version'])},
         coalesce(${w.partition}, '') = '' as is_whole,
         -- It may have been held back until then, or put there again.
         greatest(coalesce(${w.updatedAt}, ${w.createdAt}), ${w.delayUntil}) as since
       from ${w}
       where ${w.status} = 'ENQUEUED' and ${w.queue} is not null
     ) enqueued
     where since < (extract(epoch from now()) - ${patienceSeconds}) * 1000
     group by 1, 2, 3, is_whole order by oldest_at limit ${shownBacklog}`,
  )
  return rows.map((row) => ({
    queue: String(row.queue),
    application: toFilledText(row.application),
    version: toFilledText(row.version),
    ...toStanding(row),
  }))
}

async function readUnbegun({ session, schema }: Database): Promise<ServerHealth['unbegun']> {
  const o = operationOutputs.in(schema, 'o')
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select ${pick(w, ['name', 'className'])}, count(*)::int as count, min(${w.startedAt}) as oldest_at,
       (array_agg(${w.id} order by ${w.startedAt}))[1] as oldest_id
     from ${w}
     where ${w.status} = 'PENDING' and ${w.queue} is not null
       and ${w.startedAt} < (extract(epoch from now()) - ${patienceSeconds}) * 1000
       and not exists(
         select from ${o} where ${o.workflowId} = ${w.id})
     group by 1, 2 order by oldest_at limit ${shownBacklog}`,
  )
  return rows.map((row) => ({
    name: String(row.name),
    className: toFilledText(row.className),
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
  const w = workflowStatus.in(schema, 'w')
  const isDead = `${w.status} = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'`
  // Counted in the index alone.
  const [row] = await session.query(
    `select (select count(*) from (select from ${w} where ${isDead} limit ${worthCounting}) dead) as count,
       array(select ${w.id} from ${w} where ${isDead} order by ${w.createdAt} desc limit ${shownIds}) as ids`,
  )
  return { count: Number(row?.count ?? 0), ids: ((row?.ids ?? []) as readonly unknown[]).map(String) }
}

function sampleEnded(messages: readonly UnreadMessage[]): ServerHealth['unreadAfterEnd'] {
  const ended = messages.filter(({ status }) => isEnded(status)).map(({ workflowId }) => workflowId)
  const ids = [...new Set(ended)]
  return { count: ids.length, ids: ids.slice(0, shownIds) }
}
