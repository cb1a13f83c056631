import { setTimeout as sleep } from 'node:timers/promises'
import { hangUp } from '../../core/client/client-stream.ts'
import { startTimer } from '../../core/words/long-timer.ts'
import type { Layout } from '../cluster/layout.ts'
import { livingPostmaster } from '../server/postmaster.ts'
import { stopServer } from '../server/spawn-server.ts'
import { otherClients } from './clients.ts'
import { isPinned } from './pin.ts'
import { isAwaited, type Presence, takeExclusively } from './presence.ts'

/** A connection that was just closed is seen for some more milliseconds. */
const settleMs = 250
const settleIntervalMs = 5
const stopTimeoutMs = 2000
const usualSilenceMs = 15_000

/** Last one out stops the server, unless it is pinned. One that answers nothing for so long is left as it is: throws as if it were down. */
export async function detach(
  layout: Layout,
  presence: Presence,
  silenceMs: number = usualSilenceMs,
): Promise<void> {
  const { client } = presence
  const stopTimer = startTimer(() => hangUp(client), silenceMs)
  try {
    // The pin is read when we are alone: who sets it is present while doing so.
    if ((await takeExclusively(presence)) && !isPinned(layout.pin) && (await isUnused(presence))) {
      const running = livingPostmaster(layout.postmasterFile)
      if (running !== undefined) await stopServer(layout, running, 'SIGINT', stopTimeoutMs)
    }
  } finally {
    await client.end()
    stopTimer()
  }
}

/** Also programs other than drover count. */
export async function isUnused(presence: Presence): Promise<boolean> {
  const deadline = Date.now() + settleMs
  while ((await otherClients(presence.client)).length > 0) {
    if (Date.now() > deadline || (await isAwaited(presence))) return false
    await sleep(settleIntervalMs)
  }
  return true
}
