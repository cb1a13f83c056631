import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { connect, disconnect, type Session } from './connect.ts'
import { createWake } from './wake.ts'

/** The LISTEN connection of a store: open while somebody listens, opened again when it was lost. */
export interface Listener {
  /** Calls `onPayload` with each payload of DBOS, and with none when some may have been missed. Returns how to stop. */
  subscribe(onPayload: (payload: string | undefined) => void): () => void
  /** True when notifications do not arrive although it was tried more than once; it goes on trying. */
  isDeaf(): boolean
  /** Does not wait for its next attempt to connect: the database is known to be back. */
  retryNow(): void
  close(): Promise<void>
}

/** What DBOS executors and triggers announce; each payload is `<workflow>::<key or topic>`. */
const channels = ['dbos_notifications_channel', 'dbos_workflow_events_channel', 'dbos_streams_channel']

const firstRetryMs = 100
const lastRetryMs = 10_000
const pingMs = 30_000

/** A notification to itself must arrive within `selfTestMs`: poolers accept LISTEN and deliver nothing. */
export function createListener(session: Session, selfTestMs: number): Listener {
  const subscribers = new Set<(payload: string | undefined) => void>()
  const ownChannel = `drover_${randomUUID().replaceAll('-', '')}`
  const stop = new AbortController()
  const wake = createWake()
  let current: pg.Client | undefined
  let failures = 0
  let keeping: Promise<void> | undefined

  const tell = (payload: string | undefined): void => {
    for (const onPayload of subscribers) onPayload(payload)
  }

  async function keepListening(): Promise<void> {
    while (subscribers.size > 0 && !stop.signal.aborted) {
      try {
        await listen()
      } catch {
        // Followers poll meanwhile, and meet the reason themselves when it concerns them too.
        failures++
      }
      if (subscribers.size === 0 || stop.signal.aborted) break
      const retryMs = Math.min(lastRetryMs, firstRetryMs * 2 ** failures)
      await wake.sleep(retryMs * (0.5 + Math.random() / 2), stop.signal)
      wake.reset()
    }
  }

  /** Until the connection ends. */
  async function listen(): Promise<void> {
    const client = await connect(session.target, stop.signal)
    current = client
    try {
      if (subscribers.size === 0) return
      const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
      const arrived = createWake()
      let works = false
      client.on('notification', ({ channel, payload }) => {
        if (channel !== ownChannel) return tell(payload ?? '')
        works = true
        arrived.ring()
      })
      await client.query([...channels, ownChannel].map((channel) => `listen ${channel}`).join(';'))
      await session.query(`select pg_notify($1, '')`, [ownChannel])
      await arrived.sleep(selfTestMs, stop.signal)
      if (!works) throw new Error('notifications do not get through')
      failures = 0
      // What was announced before now went unheard.
      tell(undefined)
      const ping = setInterval(() => {
        client.query('select 1').catch(() => void disconnect(client))
      }, pingMs)
      ping.unref()
      await ended
      clearInterval(ping)
    } finally {
      current = undefined
      await disconnect(client)
    }
  }

  function ensureListening(): void {
    if (keeping || stop.signal.aborted) return
    keeping = keepListening().finally(() => {
      keeping = undefined
    })
  }

  function hangUp(): void {
    wake.ring()
    if (current) void disconnect(current)
  }

  return {
    isDeaf: () => failures > 2,
    retryNow: () => {
      failures = 0
      wake.ring()
    },
    subscribe: (onPayload) => {
      subscribers.add(onPayload)
      ensureListening()
      return () => {
        subscribers.delete(onPayload)
        if (subscribers.size === 0) hangUp()
      }
    },
    close: async () => {
      stop.abort()
      hangUp()
      await keeping
    },
  }
}
