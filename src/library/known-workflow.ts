import { CliError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { command } from '../core/words/command-line.ts'
import type { Workflow } from '../core/workflow.ts'

/** Throws `workflow-not-found`. */
export async function requireWorkflow(store: Store, workflowId: string): Promise<Workflow> {
  const workflow = await store.get(workflowId)
  if (workflow) return workflow
  throw new CliError(
    'workflow-not-found',
    `There is no workflow "${workflowId}" in ${store.database.label}.`,
    {
      hint: command('list'),
    },
  )
}
