import type { FactsOptions, Store } from '../store.ts'
import type { WorkflowSummary } from '../workflow.ts'
import { type ListedWorkflow, toListed } from './workflow-facts.ts'

const pageSize = 1000

/** With why each of them is where it is, page after page. Without what was gone when that was read. */
export async function readListed(
  store: Pick<Store, 'facts'>,
  workflows: readonly WorkflowSummary[],
  options?: FactsOptions,
): Promise<readonly ListedWorkflow[]> {
  const listed: ListedWorkflow[] = []
  for (let start = 0; start < workflows.length; start += pageSize) {
    const page = workflows.slice(start, start + pageSize)
    listed.push(...toListed(page, await store.facts(page, options)))
  }
  return listed
}
