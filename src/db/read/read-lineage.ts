import type { Lineage } from '../../core/workflow.ts'
import { pick } from '../tables/define-table.ts'
import { toDate, toFilledText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

export async function readLineage(
  { session, schema }: Database,
  workflowId: string,
): Promise<Lineage | undefined> {
  const f = workflowStatus.in(schema, 'f')
  const w = workflowStatus.in(schema, 'w')
  const columns = pick(w, [
    ...(['parentId', 'attributes', 'schedule', 'user', 'forkedFrom', 'priority', 'partition'] as const),
    ...(['deduplicationId', 'timeoutMs', 'deadline', 'delayUntil'] as const),
  ])
  const forks = workflowStatus.isIn(schema, 'forkedFrom')
    ? `array(select ${f.id} from ${f} where ${f.forkedFrom} = ${w.id}
             order by ${f.createdAt}, ${f.id})`
    : `array[]::text[]`
  const [row] = await session.query(`select ${columns}, ${forks} as forks from ${w} where ${w.id} = $1`, [
    workflowId,
  ])
  if (!row) return undefined
  return {
    parentId: toFilledText(row.parentId),
    forkedFrom: toFilledText(row.forkedFrom),
    forks: row.forks as string[],
    attributes: (row.attributes as Lineage['attributes']) ?? null,
    schedule: toFilledText(row.schedule),
    user: toFilledText(row.user),
    priority: Number(row.priority ?? 0),
    partition: toFilledText(row.partition),
    deduplicationId: toFilledText(row.deduplicationId),
    timeoutMs: row.timeoutMs === null ? null : Number(row.timeoutMs),
    deadlineAt: toDate(row.deadline),
    delayedUntil: toDate(row.delayUntil),
  }
}
