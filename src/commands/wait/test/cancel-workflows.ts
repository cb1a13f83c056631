import type { Store } from '../../../core/store.ts'
import { isEnded } from '../../../core/workflow.ts'

/** A workflow and all that it started, as far as they have not ended; each is in `cancelled` before it is. Those that moved on meanwhile are looked at again. */
export async function cancelWorkflows(
  store: Store,
  workflowId: string,
  cancelled: Set<string>,
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const states = await store.states([workflowId, ...(await store.descendants([workflowId]))])
    const active = states.filter(({ status }) => !isEnded(status))
    if (active.length === 0) return
    for (const { workflowId: id } of active) cancelled.add(id)
    const results = await store.manage(
      'cancel',
      active.map(({ workflowId: id, status }) => ({ workflowId: id, status })),
    )
    if (results.every(({ outcome }) => outcome === 'changed')) return
  }
}

const mostTries = 5
