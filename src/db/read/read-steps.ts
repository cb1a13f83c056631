import type { Step } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { Database } from '../tables/database.ts'
import { decodeError, decodeValue } from '../tables/decode.ts'
import { toDate, toFilledText, toText } from '../tables/rows.ts'

export async function readSteps({ session, schema }: Database, workflowId: string): Promise<Step[]> {
  const rows = await session.query(
    `select ${stepColumns('o')} from ${schema.table('operation_outputs')} o
     where o.workflow_uuid = $1 order by o.function_id`,
    [workflowId],
  )
  return rows.map(toStep)
}

/**
 * Without payloads only what tells where a workflow stands. DBOS writes a sleep when it begins, with the end that it will
 * have: until then it has not completed.
 */
export function stepColumns(
  alias: string,
  options: { readonly payloads: boolean } = { payloads: true },
): string {
  const payloads = options.payloads
    ? `${alias}.output, ${alias}.error, ${alias}.serialization`
    : 'null as output, null as error, null as serialization'
  return `${alias}.function_id, ${alias}.function_name, ${alias}.child_workflow_id,
    ${alias}.started_at_epoch_ms, ${payloads},
    case when ${alias}.function_name <> 'DBOS.sleep'
        or ${alias}.completed_at_epoch_ms <= extract(epoch from clock_timestamp()) * 1000
      then ${alias}.completed_at_epoch_ms end as completed_at_epoch_ms`
}

/** A step of an anonymous function; nothing on a screen would look like a mistake. */
const unnamed = '(unnamed)'

export function toStep(row: Row): Step {
  const serialization = toText(row.serialization)
  return {
    step: Number(row.function_id),
    name: toFilledText(row.function_name) ?? unnamed,
    startedAt: toDate(row.started_at_epoch_ms),
    completedAt: toDate(row.completed_at_epoch_ms),
    output: decodeValue(toText(row.output), serialization),
    error: decodeError(toText(row.error), serialization),
    childId: toText(row.child_workflow_id),
  }
}
