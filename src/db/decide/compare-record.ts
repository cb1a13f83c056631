import { askPrefix, dbosStep } from '../../core/dbos-names.ts'
import type { Verdict } from '../../core/decide/decision.ts'
import {
  type Discrepancy,
  decidedStepOf,
  findProblem,
  type RecordVerification,
} from '../../core/decide/verify-record.ts'
import type { Row } from '../connection/connect.ts'
import { readDoubts } from '../record/read-actions.ts'
import { decodeValue } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { toDate, toText, toTopic } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { requireReadableRecord } from './open-record.ts'

/** Compares what is on record with the messages that are there. */
export async function verifyRecord(
  database: Database,
  { from }: { readonly from?: Date },
): Promise<RecordVerification> {
  if (!(await requireReadableRecord(database)))
    return { checked: 0, since: null, discrepancies: [], doubts: [] }
  const { checked, discrepancies } = await compareDecisions(database, from)
  const since = from ?? (await firstDecisionAt(database))
  const unrecorded = since ? await findUnrecorded(database, since) : []
  const doubts = await readDoubts(database, from)
  return { checked, since, discrepancies: [...discrepancies, ...unrecorded], doubts }
}

const pageSize = 1000

async function compareDecisions(
  { session, schema }: Database,
  from: Date | undefined,
): Promise<Pick<RecordVerification, 'checked' | 'discrepancies'>> {
  const n = notifications.in(schema, 'n')
  const o = operationOutputs.in(schema, 'o')
  const discrepancies: Discrepancy[] = []
  let checked = 0
  for (let after = '0'; ; ) {
    const rows = await session.query(
      `select d.id, d.workflow_id, d.step, d.topic, d.decision, d.actor, d.at, d.payload_sha256,
         ${n.id} is not null as has_message, ${pick(n, ['message', 'serialization'])},
         exists(select from ${o} where ${o.workflowId} = d.workflow_id and ${o.step} = d.step
           and ${o.name} = '${dbosStep.recv}' and ${o.output} is not null) and not exists(select from drover.decisions later
           where later.system_schema = d.system_schema and later.workflow_id = d.workflow_id and later.step = d.step
             and later.outcome = 'stored' and later.id > d.id) as is_read
       from drover.decisions d
       left join ${n} on ${n.id} = d.wait_key || '::' || d.workflow_id and ${n.workflowId} = d.workflow_id
       where d.system_schema = $1 and d.outcome = 'stored' and d.id > $2::bigint and ($3::timestamptz is null or d.at >= $3)
       order by d.id limit ${pageSize}`,
      [schema.name, after, from],
    )
    checked += rows.length
    for (const row of rows) {
      const message =
        row.has_message === true ? decodeValue(toText(row.message), toText(row.serialization)) : undefined
      const problem = findProblem(String(row.payload_sha256), message, { isRead: row.is_read === true })
      if (problem) discrepancies.push({ ...toDecided(row), problem })
    }
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return { checked, discrepancies }
    after = String(last.id)
  }
}

function toDecided(row: Row): Omit<Discrepancy, 'problem'> {
  return {
    workflowId: String(row.workflow_id),
    step: Number(row.step),
    topic: toText(row.topic),
    decision: row.decision as Verdict,
    by: String(row.actor),
    at: row.at as Date,
  }
}

async function firstDecisionAt({ session, schema }: Database): Promise<Date | null> {
  const [row] = await session.query(
    `select min(at) as at from drover.decisions where system_schema = $1 and outcome = 'stored'`,
    [schema.name],
  )
  return (row?.at as Date | null | undefined) ?? null
}

/** Messages that have the id of a decision, and those that a question was answered with. */
async function findUnrecorded({ session, schema }: Database, since: Date): Promise<Discrepancy[]> {
  const n = notifications.in(schema, 'n')
  const h = workflowEventsHistory.in(schema, 'h')
  const rows = await session.query(
    `select ${pick(n, ['id', 'workflowId', 'topic', 'readByStep', 'sentAt'])},
       exists(select from ${h} where ${h.workflowId} = ${n.workflowId}
         and ${h.step} = (${n.readByStep})::int - 1 and starts_with(${h.key}, '${askPrefix}')) as was_asked
     from ${n}
     where ${n.sentAt} >= $1 and not exists(select from drover.decisions d
       where d.system_schema = $2 and d.workflow_id = ${n.workflowId} and d.outcome = 'stored'
         and ${n.id} = d.wait_key || '::' || d.workflow_id)
     order by ${n.sentAt}, ${n.id}`,
    [Math.floor(since.getTime()), schema.name],
  )
  return rows.flatMap((row): Discrepancy[] => {
    const workflowId = String(row.workflowId)
    const readBy = row.readByStep === null ? null : Number(row.readByStep)
    const step = decidedStepOf(String(row.id), workflowId) ?? (row.was_asked === true ? readBy : null)
    if (step === null) return []
    const at = toDate(row.sentAt) ?? since
    const topic = toTopic(row.topic)
    return [{ workflowId, step, topic, problem: 'unrecorded', decision: null, by: null, at }]
  })
}
