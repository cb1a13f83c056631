import type { Queue, QueueHistory } from '../platform.ts'
import type { Store } from '../store.ts'

/** A queue with what waited on it every five minutes of the last hour, the last moment now. */
export interface ListedQueue extends Queue {
  readonly lastHour: QueueHistory
}

const lastHour = { stepMs: 300_000, count: 13 }
const nothingWaited: QueueHistory = {
  waiting: Array.from({ length: lastHour.count }, () => 0),
  oldestMs: Array.from({ length: lastHour.count }, () => null),
}

/** The registered queues, by name. Two statements: what moved in between is seen twice. */
export async function listQueues(
  store: Pick<Store, 'queues' | 'queueHistory'>,
  readQueues: () => Promise<readonly Queue[]> = () => store.queues(),
): Promise<readonly ListedQueue[]> {
  const queues = await readQueues()
  const history = queues.length > 0 ? await store.queueHistory(lastHour) : undefined
  return queues.map((queue) => ({ ...queue, lastHour: history?.get(queue.name) ?? nothingWaited }))
}
