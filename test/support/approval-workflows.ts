import { DBOS } from '@dbos-inc/dbos-sdk'
import type { Store } from '../../src/core/store.ts'
import type { Wait } from '../../src/core/workflow.ts'
import { openWait } from './open-wait.ts'

/** Asks on topic `go`, and returns the answer. */
export const approval = DBOS.registerWorkflow(
  async (timeoutSeconds: number = 3600) => {
    await DBOS.setEvent('awaiting:go', { prompt: 'Go?' })
    return DBOS.recv<{ readonly approved: boolean }>('go', timeoutSeconds)
  },
  { name: 'approval' },
)

/** Asks twice on topic `go`, and returns both answers. */
export const twoGates = DBOS.registerWorkflow(
  async () => {
    const answers: unknown[] = []
    for (const gate of [1, 2]) {
      await DBOS.setEvent('awaiting:go', { prompt: `Gate ${gate}?` })
      answers.push(await DBOS.recv('go', 3600))
    }
    return answers
  },
  { name: 'twoGates' },
)

/** The open wait of some workflow, as if it were one of `workflowId`. */
export async function borrowWait(store: Store, workflowId: string): Promise<Wait> {
  const { workflowID } = await DBOS.startWorkflow(approval)()
  return { ...(await openWait(store, workflowID)), workflowId }
}
