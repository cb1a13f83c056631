import { deciderOf } from '../../core/decide/decision.ts'
import type { LastDecided } from '../../core/decide/decision-record.ts'
import { messageColumns, notifications, toMessage } from '../tables/notifications.ts'
import { toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { hasRecord } from './open-record.ts'

/** The last decision of a workflow. Where decisions are recorded only the record tells of one. */
export async function readLastDecided(
  database: Database,
  workflowId: string,
  { isRecorded }: { readonly isRecorded: boolean },
): Promise<LastDecided | undefined> {
  if (!isRecorded) return readFromMessages(database, workflowId)
  if (!(await hasRecord(database))) return undefined
  const { session, schema } = database
  const [row] = await session.query(
    `select step, actor from drover.decisions
     where system_schema = $1 and workflow_id = $2 and outcome = 'stored' order by id desc limit 1`,
    [schema.name, workflowId],
  )
  return row && { step: Number(row.step), by: toText(row.actor) }
}

/** The id of a message that decides begins with its workflow and step. */
async function readFromMessages(
  { session, schema }: Database,
  workflowId: string,
): Promise<LastDecided | undefined> {
  const n = notifications.in(schema, 'n')
  const [row] = await session.query(
    `select ${messageColumns(schema, 'n')}, substr(${n.id}, length($1) + 2) as rest
     from ${n}
     where ${n.workflowId} = $1 and starts_with(${n.id}, $1 || ':')
     order by ${n.sentAt} desc limit 1`,
    [workflowId],
  )
  const step = /^(\d+):/.exec(toText(row?.rest) ?? '')?.[1]
  if (!row || step === undefined) return undefined
  return { step: Number(step), by: deciderOf(toMessage(workflowId, row).message) }
}
