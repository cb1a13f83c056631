import type { WorkflowEvent } from '../../core/workflow.ts'
import { decodeValue } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { toDate, toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'

/** The latest value of each key. The time is that of the step which published it. */
export async function readEvents(
  { session, schema }: Database,
  workflowId: string,
): Promise<WorkflowEvent[]> {
  const e = workflowEvents.in(schema, 'e')
  const h = workflowEventsHistory.in(schema, 'h')
  const o = operationOutputs.in(schema, 'o')
  const rows = await session.query(
    `select ${pick(e, ['key', 'value', 'serialization'])}, ${pick(o, ['completedAt'])}
     from ${e}
     left join lateral (
       select ${h.step} from ${h}
       where ${h.workflowId} = ${e.workflowId} and ${h.key} = ${e.key} order by ${h.step} desc limit 1
     ) h on true
     left join ${o}
       on ${o.workflowId} = ${e.workflowId} and ${o.step} = ${h.step}
     where ${e.workflowId} = $1 order by ${e.key} collate "C"`,
    [workflowId],
  )
  return rows.map((row) => ({
    workflowId,
    key: String(row.key),
    value: decodeValue(toText(row.value), toText(row.serialization)),
    at: toDate(row.completedAt),
  }))
}
