import type { Lineage } from '../../core/workflow.ts'
import type { Database } from '../tables/database.ts'
import { toDate, toFilledText } from '../tables/rows.ts'

export async function readLineage(
  { session, schema }: Database,
  workflowId: string,
): Promise<Lineage | undefined> {
  const column = (name: string) => `${schema.column('workflow_status', name, 'w')} as ${name}`
  const columns = [
    ...['parent_workflow_id', 'attributes', 'schedule_name', 'authenticated_user', 'forked_from'],
    ...['priority', 'queue_partition_key', 'deduplication_id'],
    ...['workflow_timeout_ms', 'workflow_deadline_epoch_ms', 'delay_until_epoch_ms'],
  ]
  const table = schema.table('workflow_status')
  const forks = schema.has('workflow_status', 'forked_from')
    ? `array(select f.workflow_uuid from ${table} f where f.forked_from = w.workflow_uuid
             order by f.created_at, f.workflow_uuid)`
    : `array[]::text[]`
  const [row] = await session.query(
    `select ${columns.map(column).join(', ')}, ${forks} as forks from ${table} w where w.workflow_uuid = $1`,
    [workflowId],
  )
  if (!row) return undefined
  return {
    parentId: toFilledText(row.parent_workflow_id),
    forkedFrom: toFilledText(row.forked_from),
    forks: row.forks as string[],
    attributes: (row.attributes as Lineage['attributes']) ?? null,
    schedule: toFilledText(row.schedule_name),
    user: toFilledText(row.authenticated_user),
    priority: Number(row.priority ?? 0),
    partition: toFilledText(row.queue_partition_key),
    deduplicationId: toFilledText(row.deduplication_id),
    timeoutMs: row.workflow_timeout_ms === null ? null : Number(row.workflow_timeout_ms),
    deadlineAt: toDate(row.workflow_deadline_epoch_ms),
    delayedUntil: toDate(row.delay_until_epoch_ms),
  }
}
