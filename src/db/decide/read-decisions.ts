import type { DecisionOutcome, Verdict } from '../../core/decide/decision.ts'
import type { RecordedDecision, RecordQuery } from '../../core/decide/decision-record.ts'
import { toList } from '../../core/words/any-of.ts'
import type { Row } from '../connection/connect.ts'
import { toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { requireReadableRecord } from './open-record.ts'

function toRecordedDecision(row: Row): RecordedDecision {
  return {
    id: Number(row.id),
    workflowId: String(row.workflow_id),
    name: String(row.workflow_name),
    step: Number(row.step),
    topic: toText(row.topic),
    decision: row.decision as Verdict,
    by: String(row.actor),
    bySource: String(row.actor_source),
    comment: toText(row.comment),
    outcome: row.outcome as DecisionOutcome['outcome'],
    forced: row.forced === true,
    at: row.at as Date,
    sessionUser: String(row.session_user_name),
    clientAddress: toText(row.client_address),
    payloadSha256: String(row.payload_sha256),
  }
}

export async function readDecisions(
  database: Database,
  { workflowId, step, actor, from, to, limit }: RecordQuery,
): Promise<RecordedDecision[]> {
  if (!(await requireReadableRecord(database))) return []
  const { session, schema } = database
  const rows = await session.query(
    `select id, at, session_user_name, host(client_address) as client_address, workflow_id, workflow_name, step, topic,
       decision, outcome, forced, actor, actor_source, comment, payload_sha256
     from drover.decisions
     where system_schema = $1 and ($2::text is null or workflow_id = $2) and ($3::int is null or step = $3)
       and ($4::text[] is null or actor = any($4))
       and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at <= $6)
     order by id desc limit $7`,
    [schema.name, workflowId, step, toList(actor), from, to, limit],
  )
  return rows.map(toRecordedDecision)
}
