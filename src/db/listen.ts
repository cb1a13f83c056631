import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { connect, disconnect, type Session } from './connect.ts'
import { createWake } from './wake.ts'

/** The LISTEN connection of a store: open while somebody listens, opened again when it was lost. */
export interface Listener {
  /** Calls `onPayload` with each payload of DBOS, and with none when some may have been missed. Returns how to stop. */
  subscribe(onPayload: (payload: string | undefined) => void): () => void
  /** False until notifications were seen to arrive, and while they do not. */
  isListening(): boolean
  /** Does not wait for its next attempt to connect: the database is known to be back. */
  retryNow(): void
  close(): Promise<void>
}

/** What DBOS executors and triggers announce; each payload is `<workflow>::<key or topic>`. */
const channels = ['dbos_notifications_channel', 'dbos_workflow_events_channel', 'dbos_streams_channel']

const selfTestMs = 1000
const firstRetryMs = 100
const lastRetryMs = 5000
const pingMs = 30_000

export function createListener(session: Session): Listener {
  const subscribers = new Set<(payload: string | undefined) => void>()
  const ownChannel = `drover_${randomUUID().replaceAll('-', '')}`
  const stop = new AbortController()
  const wake = createWake()
  let current: pg.Client | undefined
  let isListening = false
  let keeping: Promise<void> | undefined

  const tell = (payload: string | undefined): void => {
    for (const onPayload of subscribers) onPayload(payload)
  }

  async function keepListening(): Promise<void> {
    let retryMs = firstRetryMs
    while (subscribers.size > 0 && !stop.signal.aborted) {
      try {
        if (!(await listen())) return
        retryMs = firstRetryMs
      } catch {
        // Followers poll meanwhile, and meet the reason themselves when it concerns them too.
      }
      isListening = false
      if (subscribers.size === 0 || stop.signal.aborted) break
      await wake.sleep(retryMs * (0.5 + Math.random() / 2), stop.signal)
      wake.reset()
      retryMs = Math.min(lastRetryMs, retryMs * 2)
    }
  }

  /** Resolves to true when the connection ended, to false when notifications do not get through it. */
  async function listen(): Promise<boolean> {
    const client = await connect(session.target, stop.signal)
    current = client
    try {
      if (subscribers.size === 0) return true
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
      if (!works) return false
      isListening = true
      // What was announced before now went unheard.
      tell(undefined)
      const ping = setInterval(() => {
        client.query('select 1').catch(() => void disconnect(client))
      }, pingMs)
      ping.unref()
      await ended
      clearInterval(ping)
      return true
    } finally {
      isListening = false
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
    isListening: () => isListening,
    retryNow: () => wake.ring(),
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
