import type { Store, WorkflowPlace } from '../store.ts'
import type { WorkflowFilter } from './workflow-filter.ts'

const pageSize = 10_000

/** Of all that a filter lets through, the oldest first, page by page. */
export async function matchingIds(store: Store, filter: WorkflowFilter): Promise<string[]> {
  const ids: string[] = []
  let after: WorkflowPlace | undefined
  do {
    const page = await store.listPlaces({ ...filter, order: 'oldest', limit: pageSize, after })
    for (const { workflowId } of page) ids.push(workflowId)
    after = page.length === pageSize ? page.at(-1) : undefined
  } while (after)
  return ids
}
