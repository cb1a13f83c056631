import { type Failures, failedStatuses } from '../../../core/manage/group-failures.ts'
import type { WorkflowFilter } from '../../../core/manage/workflow-filter.ts'
import { toList } from '../../../core/words/any-of.ts'
import { decodeError } from '../../tables/decode.ts'
import { pick } from '../../tables/define-table.ts'
import { toDate, toText } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import { briefPayload, workflowStatus } from '../../tables/workflow-status.ts'
import { selectLook } from './select-look.ts'

/** Looks at the newest `look` that failed, whatever else is asked of them: an index has those. */
export async function readFailures(
  database: Database,
  filter: WorkflowFilter,
  look: number,
): Promise<Failures> {
  const { session, schema } = database
  const w = workflowStatus.in(schema, 'w')
  const asked = toList(filter.status)
  const status = failedStatuses.filter((one) => asked?.includes(one) ?? true)
  if (status.length === 0) return { failures: [], stoppedAt: null }
  const parameters: unknown[] = []
  const newest = await selectLook(
    database,
    { filter: { ...filter, status }, look, isByStatus: true },
    parameters,
  )
  const error = briefPayload(schema, 'error')
  const rows = await session.query(
    `with newest as materialized (${newest}),
     seen as (select count(*) as rows, min("createdAt") as end from newest)
     select seen.*, failed.* from seen left join (
       select ${pick(w, ['id', 'name', 'serialization', 'createdAt'])}, ${error.sql} as error
       from newest join ${w} on ${w.id} = newest.id ${error.join} where newest.matches
     ) failed on true
     order by failed."createdAt" desc`,
    parameters,
  )
  const [seen] = rows
  return {
    failures: rows
      .filter(({ id }) => id !== null)
      .map((row) => ({
        workflowId: String(row.id),
        name: String(row.name ?? ''),
        error: decodeError(toText(row.error), toText(row.serialization)),
      })),
    stoppedAt: Number(seen?.rows ?? 0) >= look ? toDate(seen?.end) : null,
  }
}
