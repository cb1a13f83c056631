import type { Store } from '../store.ts'
import type { WorkflowFilter } from './workflow-filter.ts'

const pageSize = 1000

/** Of all that a filter lets through, the oldest first, page by page. */
export async function matchingIds(store: Store, filter: WorkflowFilter): Promise<string[]> {
  const ids: string[] = []
  let after: Awaited<ReturnType<Store['list']>>[number] | undefined
  do {
    const page = await store.list({ ...filter, order: 'oldest', limit: pageSize, after })
    ids.push(...page.map(({ workflowId }) => workflowId))
    after = page.length === pageSize ? page.at(-1) : undefined
  } while (after)
  return ids
}
