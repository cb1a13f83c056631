import { type ManageVerb, obstacleTo } from '../core/manage/manage.ts'
import type { Store } from '../core/store.ts'
import type { WorkflowStatus } from '../core/workflow.ts'

/** What became of one: `no-op` where its status did not allow it, and `reason` says which. */
export interface Changed {
  readonly workflowId: string
  readonly outcome: 'changed' | 'no-op' | 'not-found' | 'failed'
  readonly before: WorkflowStatus | null
  readonly after: WorkflowStatus | null
  readonly reason: string | null
}

/** One outcome for each id, in their order. What has another status by the time it is changed is left alone. */
export async function changeWorkflows(
  store: Pick<Store, 'states' | 'manage'>,
  verb: Extract<ManageVerb, 'cancel' | 'resume' | 'delete'>,
  workflowIds: readonly string[],
): Promise<readonly Changed[]> {
  const ids = [...new Set(workflowIds)]
  const statusById = new Map((await store.states(ids)).map(({ workflowId, status }) => [workflowId, status]))
  const targets = [...statusById]
    .filter(([, status]) => obstacleTo(verb, status) === undefined)
    .map(([workflowId, status]) => ({ workflowId, status }))
  const results = targets.length > 0 ? await store.manage(verb, targets) : []
  const resultById = new Map(results.map((result) => [result.workflowId, result]))
  return ids.map((workflowId): Changed => {
    const before = statusById.get(workflowId) ?? null
    const result = resultById.get(workflowId)
    if (before === null || result?.outcome === 'not-found') {
      return { workflowId, outcome: 'not-found', before, after: null, reason: null }
    }
    if (result === undefined) {
      return { workflowId, outcome: 'no-op', before, after: before, reason: obstacleTo(verb, before) ?? null }
    }
    if (result.outcome === 'changed') {
      return { workflowId, outcome: 'changed', before, after: result.status, reason: null }
    }
    if (result.outcome === 'failed') {
      return { workflowId, outcome: 'failed', before, after: before, reason: result.reason }
    }
    return {
      workflowId,
      outcome: 'no-op',
      before,
      after: result.status,
      reason: `meanwhile ${result.status}`,
    }
  })
}
