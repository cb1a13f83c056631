import { isLeftBehind } from '../diagnosis/left-behind.ts'
import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import type { WorkflowSummary } from '../workflow.ts'

/**
 * Those of these workflows that nobody holds any more: what is sent to them stays unread until somebody takes them over. What
 * cannot be found out, for want of a right or of a connection, is none.
 */
export async function findLeftBehind(
  store: Pick<Store, 'board' | 'executors'>,
  workflowIds: readonly string[],
): Promise<readonly WorkflowSummary[]> {
  try {
    const { rows } = await store.board({ ids: [...new Set(workflowIds)], isAsked: () => false })
    const pending = rows.filter(({ status }) => status === 'PENDING')
    if (pending.length === 0) return []
    const executors = await store.executors()
    return pending.filter((row) => isLeftBehind(row, executors))
  } catch (error) {
    if (error instanceof CliError) return []
    throw error
  }
}
