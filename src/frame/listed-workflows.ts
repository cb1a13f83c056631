import { type ListedWorkflow, toListed } from '../core/diagnosis/workflow-facts.ts'
import type { FactsOptions, Store } from '../core/store.ts'
import type { WorkflowSummary } from '../core/workflow.ts'

const pageSize = 1000

/** With why each of them is where it is, page after page. */
export async function readListed(
  store: Store,
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
