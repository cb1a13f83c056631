import type { Failure } from '../../core/manage/group-failures.ts'
import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import { decodeError } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { briefPayload, workflowStatus } from '../tables/workflow-status.ts'
import { filterConditions } from './filter-conditions.ts'

export async function readFailures(
  { session, schema }: Database,
  filter: WorkflowFilter,
  limit: number,
): Promise<Failure[]> {
  const w = workflowStatus.in(schema, 'w')
  const parameters: unknown[] = []
  const conditions = filterConditions(schema, filter, parameters)
  parameters.push(limit)
  const error = briefPayload(schema, 'error')
  const rows = await session.query(
    `select ${pick(w, ['id', 'name', 'serialization'])}, ${error.sql} as error
     from ${w} ${error.join}
     where ${conditions.join(' and ')} and ${w.status} in ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
     order by ${w.createdAt} desc limit $${parameters.length}`,
    parameters,
  )
  return rows.map((row) => ({
    workflowId: String(row.id),
    name: String(row.name ?? ''),
    error: decodeError(toText(row.error), toText(row.serialization)),
  }))
}
