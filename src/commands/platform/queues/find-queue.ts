import type { Context } from '../../../context.ts'
import type { Queue } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import { type OutputFlags, printOne } from '../../../frame/output-format.ts'
import { readQueues } from '../../../frame/queues/remembered-pauses.ts'
import { toQueueJson } from '../../../render/to-json.ts'
import { type Missing, missingAmong, requireThere } from '../platform-result.ts'

/** Throws `not-there`. */
export async function findQueue(
  context: Pick<Context, 'home' | 'readFile'>,
  store: Store,
  name: string,
): Promise<Queue> {
  const queues = await readQueues(context, store)
  return requireThere(
    queues.find((queue) => queue.name === name),
    notThere(name, () => queues),
  )
}

/** As it is after it was changed, or was before it was deleted. */
export function printQueue(context: Context, flags: OutputFlags, queue: Queue): Promise<void> {
  return printOne(context, flags, { json: toQueueJson(queue), id: queue.name })
}

export function missingQueue(store: Store, name: string): Missing {
  return notThere(name, () => store.queues())
}

function notThere(name: string, read: () => readonly Queue[] | Promise<readonly Queue[]>): Missing {
  return missingAmong('queues', name, `No queue "${name}" is registered there.`, read)
}
