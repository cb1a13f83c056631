import { sleep } from '../../core/words/long-timer.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { InboxHub } from '../sse/inbox-hub.ts'
import { waitNotification } from './wait-notification.ts'

const pauseMs = 5000

/** Tells whoever wants to know of each question that waits, until the gateway stops; also after the database was away for long. */
export async function tellArrivals(
  { notifier, access, stopping, onLog }: Pick<GatewayParts, 'notifier' | 'access' | 'stopping' | 'onLog'>,
  inbox: InboxHub,
): Promise<void> {
  if (notifier === undefined) return
  while (!stopping.aborted) {
    try {
      for await (const { type, at, wait } of inbox.changes(stopping)) {
        if (type === 'arrived') notifier.tell(waitNotification(wait, at, access.publicUrl))
      }
    } catch (error) {
      onLog(`Notifications stand still: ${(error as Error).message}`)
      await sleep(pauseMs, stopping)
    }
  }
}
