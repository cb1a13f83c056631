import type { ActionName, ActionQuery, RecordedAction } from '../../core/record/recorded-action.ts'
import { toList } from '../../core/words/any-of.ts'
import type { JsonValue } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { requireReadableRecord } from '../decide/open-record.ts'
import { toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'

const columns = `id, at, session_user_name, host(client_address) as client_address, action, workflow_id, subject, outcome,
  intent_id, before, after, actor, actor_source, comment`

function toRecordedAction(row: Row): RecordedAction {
  return {
    id: Number(row.id),
    action: row.action as ActionName,
    workflowId: toText(row.workflow_id),
    subject: toText(row.subject),
    outcome: row.outcome as RecordedAction['outcome'],
    intentId: row.intent_id === null ? null : Number(row.intent_id),
    before: row.before as JsonValue,
    after: row.after as JsonValue,
    by: String(row.actor),
    bySource: String(row.actor_source),
    comment: toText(row.comment),
    at: row.at as Date,
    sessionUser: String(row.session_user_name),
    clientAddress: toText(row.client_address),
  }
}

/** The newest first; empty where the record is of an older drover. Throws `no-record`. */
export async function readActions(
  database: Database,
  { workflowId, subject, actor, from, to, limit }: ActionQuery,
): Promise<RecordedAction[]> {
  if (!(await requireReadableRecord(database)) || !(await hasActions(database))) return []
  const { session, schema } = database
  const rows = await session.query(
    `select ${columns} from drover.actions
     where system_schema = $1 and ($2::text is null or workflow_id = $2 or $2 = any(workflow_ids))
       and ($3::text[] is null or actor = any($3))
       and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at <= $5)
       and ($7::text is null or subject = $7)
     order by id desc limit $6`,
    [schema.name, workflowId, toList(actor), from, to, limit, subject],
  )
  return rows.map(toRecordedAction)
}

/**
 * What was intended and has no end, the oldest first. What its session still works on is no doubt: a process that is gone
 * has none.
 */
export async function readDoubts(database: Database, from: Date | undefined): Promise<RecordedAction[]> {
  if (!(await hasActions(database))) return []
  const { session, schema } = database
  const rows = await session.query(
    `select ${columns} from drover.actions i
     where system_schema = $1 and outcome = 'intended' and ($2::timestamptz is null or at >= $2)
       and not exists (select from drover.actions e where e.intent_id = i.id)
       and not exists (select from pg_stat_activity a
         where a.pid = i.process_id and a.datname = current_database() and (a.backend_start is null or a.backend_start <= i.at))
     order by id`,
    [schema.name, from],
  )
  return rows.map(toRecordedAction)
}

async function hasActions({ session }: Database): Promise<boolean> {
  const [row] = await session.query(
    `select exists(select from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'drover' and c.relname = 'actions' and has_schema_privilege(n.oid, 'usage')
         and has_table_privilege(c.oid, 'select')) as is_there`,
  )
  return row?.is_there === true
}
