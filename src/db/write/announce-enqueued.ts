import { enqueuedChannel, toEnqueuedPayload } from '../../core/dbos-names.ts'
import type { Database } from '../tables/system-database.ts'

/**
 * Tells drover's workers that something was committed to this queue. A transaction of its own: a NOTIFY in the one that enqueues
 * lets commits wait for each other. Never throws: who is not told finds it at its next look.
 */
export async function announceEnqueued({ session, schema }: Database, queue: string): Promise<void> {
  const payload = toEnqueuedPayload(schema.name, queue)
  if (payload === undefined) return
  await session.query('select pg_notify($1, $2)', [enqueuedChannel, payload]).catch(() => {})
}
