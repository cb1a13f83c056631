import type { WorkflowEvent } from '../../core/workflow.ts'
import type { Database } from '../tables/database.ts'
import { decodeValue } from '../tables/decode.ts'
import { toDate, toText } from '../tables/rows.ts'

/** The latest value of each key. The time is that of the step which published it. */
export async function readEvents(
  { session, schema }: Database,
  workflowId: string,
): Promise<WorkflowEvent[]> {
  const rows = await session.query(
    `select e.key, e.value, e.serialization, o.completed_at_epoch_ms
     from ${schema.table('workflow_events')} e
     left join lateral (
       select h.function_id from ${schema.table('workflow_events_history')} h
       where h.workflow_uuid = e.workflow_uuid and h.key = e.key order by h.function_id desc limit 1
     ) h on true
     left join ${schema.table('operation_outputs')} o
       on o.workflow_uuid = e.workflow_uuid and o.function_id = h.function_id
     where e.workflow_uuid = $1 order by e.key collate "C"`,
    [workflowId],
  )
  return rows.map((row) => ({
    workflowId,
    key: String(row.key),
    value: decodeValue(toText(row.value), toText(row.serialization)),
    at: toDate(row.completed_at_epoch_ms),
  }))
}
