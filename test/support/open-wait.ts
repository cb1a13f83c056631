import type { Store } from '../../src/core/store.ts'
import type { Wait } from '../../src/core/workflow.ts'
import { waitUntil } from './wait-until.ts'

/** What a workflow waits for, at `step` or wherever it is, as soon as its deadline is recorded. */
export function openWait(store: Store, workflowId: string, step?: number): Promise<Wait> {
  return waitUntil(`${workflowId} waits`, async () =>
    (await store.waits([workflowId])).find(
      (wait) => wait.until && (step === undefined || wait.step === step),
    ),
  )
}
