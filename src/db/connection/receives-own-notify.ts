import type pg from 'pg'
import { createWake } from './wake.ts'

/**
 * True when what `session` announces arrives at `client` within `waitMs`. Poolers accept LISTEN, and deliver to whoever
 * happens to use that connection of theirs: what was meant for another process proves nothing.
 */
export async function receivesOwnNotify(
  client: pg.Client,
  session: { query(sql: string, parameters: unknown[]): Promise<unknown> },
  waitMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const channel = `drover_${randomName()}${randomName()}`
  const arrived = createWake()
  let hasArrived = false
  const hear = (notification: pg.Notification): void => {
    if (notification.channel !== channel) return
    hasArrived = true
    arrived.ring()
  }
  client.on('notification', hear)
  try {
    await client.query(`listen ${channel}`)
    await session.query(`select pg_notify($1, '')`, [channel])
    await arrived.sleep(waitMs, signal)
    return hasArrived
  } finally {
    client.off('notification', hear)
  }
}

/** Nothing to guess: only other than what others have. Cryptography takes three milliseconds to load. */
function randomName(): string {
  return Math.random().toString(36).slice(2)
}
