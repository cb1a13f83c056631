import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { command } from '../../core/words/command-line.ts'

/** Throws `workflow-not-found`. Ids are exact here: a program has no use for the beginning of one. */
export async function requireWorkflow(store: Pick<Store, 'existing'>, workflowId: string): Promise<void> {
  const [found] = await store.existing([workflowId])
  if (found !== undefined) return
  throw new CliError('workflow-not-found', `There is no workflow "${workflowId}".`, {
    hint: command('list'),
  })
}
