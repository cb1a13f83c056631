import { enqueuedChannel, enqueuedPayloadSql, longestPayloadBytes } from '../../core/dbos-names.ts'
import type { TableNames } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** Where something was put on a queue, and committed. */
interface Committed {
  readonly schema: TableNames
  readonly schemaName: string
  /** Who are not on a queue any more, or not yet, are left out. */
  readonly workflowIds: readonly string[]
}

/**
 * Tells drover's workers of the queues that these workflows are on. A statement of its own: a NOTIFY in the transaction that
 * enqueues lets commits wait for each other. Never throws: who is not told finds it at its next look.
 */
export async function announceEnqueued(
  query: (sql: string, parameters: readonly unknown[]) => Promise<unknown>,
  { schema, schemaName, workflowIds }: Committed,
): Promise<void> {
  if (workflowIds.length === 0) return
  const w = workflowStatus.in(schema, 'w')
  const statement = `select pg_notify($1, payload) from (
      select distinct ${enqueuedPayloadSql('$2::text', w.queue)} as payload from ${w}
      where ${w.id} = any($3) and ${w.status} = 'ENQUEUED' and ${w.queue} is not null
    ) enqueued where octet_length(payload) <= ${longestPayloadBytes}`
  await query(statement, [enqueuedChannel, schemaName, workflowIds]).catch(() => {})
}
