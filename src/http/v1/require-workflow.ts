import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import type { Phrase } from '../../core/words/command-line.ts'
import type { Workflow } from '../../core/workflow.ts'

/** Throws `workflow-not-found`. Ids are exact here: a program has no use for the beginning of one. */
export async function requireWorkflow(store: Pick<Store, 'existing'>, workflowId: string): Promise<void> {
  const [found] = await store.existing([workflowId])
  if (found !== undefined) return
  throw noWorkflow(workflowId, 'GET /v1/workflows')
}

/** The workflow whose wait is meant. Throws `workflow-not-found`. */
export async function getAsked(store: Pick<Store, 'get'>, workflowId: string): Promise<Workflow> {
  const workflow = await store.get(workflowId)
  if (workflow) return workflow
  throw noWorkflow(workflowId, 'GET /v1/inbox')
}

export function noWorkflow(workflowId: string, hint?: Phrase): CliError {
  return new CliError('workflow-not-found', `There is no workflow "${workflowId}".`, { hint })
}
