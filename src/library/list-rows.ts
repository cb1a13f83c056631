import { readListed } from '../core/diagnosis/read-listed.ts'
import { type ListedState, type ListedWorkflow, toListedState } from '../core/diagnosis/workflow-facts.ts'
import { requireRange } from '../core/manage/workflow-filter.ts'
import type { Store, WorkflowQuery } from '../core/store.ts'
import { type Raw, withRaw } from './plain-numbers.ts'

/** A row of `drover list -o json`. */
export interface WorkflowRow extends Omit<ListedWorkflow, 'cause' | 'output'> {
  readonly state: ListedState
}

/** Throws `usage` for what would be worked out for every workflow there is. */
export async function listRows(
  store: Pick<Store, 'list' | 'facts'>,
  query: Partial<WorkflowQuery>,
): Promise<readonly (WorkflowRow & Raw)[]> {
  requireRange(query)
  const rows = await readListed(store, await store.list({ limit: 100, ...query }))
  return rows.map(({ cause, output: _, ...row }) => withRaw({ ...row, state: toListedState(cause) }))
}
