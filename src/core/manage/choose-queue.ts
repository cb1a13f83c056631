import { internalQueue } from '../dbos-names.ts'
import { CliError } from '../errors.ts'
import { lastQueueOf } from '../run/identity.ts'
import type { Store } from '../store.ts'
import type { WorkflowState } from './manage.ts'

/**
 * Which queue `--to-queue` means for a workflow. Cancelling forgets the queue; `own` is then the one on which workflows of
 * that name ran last. Throws `invalid-argument` for a queue that nobody registered: what is put there never runs.
 */
export async function createQueueChoice(
  store: Store,
  toQueue: string | undefined,
): Promise<(state: Pick<WorkflowState, 'name' | 'queue'>) => Promise<string | undefined>> {
  if (toQueue === undefined) return async () => undefined
  if (toQueue !== 'own') {
    if (await store.hasQueue(toQueue)) return async () => toQueue
    throw new CliError('invalid-argument', `No queue "${toQueue}" is registered there.`, {
      hint: 'what is put on it would never run; name another one, or own',
    })
  }
  const lastQueueByName = new Map<string, string | undefined>()
  return async ({ name, queue }) => {
    if (queue !== null && queue !== internalQueue) return queue
    if (!lastQueueByName.has(name)) lastQueueByName.set(name, lastQueueOf(await store.origins(name)))
    return lastQueueByName.get(name)
  }
}
