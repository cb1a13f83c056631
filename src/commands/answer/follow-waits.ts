import type { Context } from '../../context.ts'
import type { Store } from '../../core/store.ts'
import type { Settings } from '../../settings/settings.ts'
import { createTopicFinder, type InboxFilters, type OpenWaits, toInboxQuery } from './open-waits.ts'

/** The oldest; nobody goes through more of them by hand. */
export const mostWaits = 1000

/** Ages and what is left grow without anybody telling. */
const clockMs = 1000

/** Tells what waits whenever it is another, until `signal` aborts. Throws `connection-lost` once it gives up. */
export type FollowWaits = (told: FollowedWaits, signal: AbortSignal) => Promise<void>

export interface FollowedWaits {
  show(open: OpenWaits): void
  /** Every second. */
  tick(): void
  /** Of the connection: one sentence. */
  notice(text: string): void
}

export function createFollowWaits(
  context: Pick<Context, 'now'>,
  store: Store,
  settings: Settings,
  filters: InboxFilters,
): FollowWaits {
  const query = toInboxQuery(context, filters, mostWaits)
  const withTopics = createTopicFinder(store, settings, filters.topic, mostWaits)
  return async ({ show, tick, notice }, signal) => {
    const clock = setInterval(tick, clockMs)
    try {
      for await (const inbox of store.watchInbox(query, { signal, onNotice: notice })) {
        const open = await withTopics(inbox)
        if (!signal.aborted) show(open)
      }
    } finally {
      clearInterval(clock)
    }
  }
}
