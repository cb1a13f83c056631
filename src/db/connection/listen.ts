import type pg from 'pg'
import { dbosChannels } from '../../core/dbos-names.ts'
import { nextWaitMs, withJitter } from '../../core/words/back-off.ts'
import { connect, disconnect, type Session } from './connect.ts'
import { receivesOwnNotify } from './receives-own-notify.ts'
import { createWake } from './wake.ts'
import { watchSilence } from './watch-silence.ts'

/** The LISTEN connection of a store: open while somebody listens, opened again when it was lost. */
export interface Listener {
  /** Calls `onPayload` with each payload of DBOS, and with none when some may have been missed. Returns how to stop. */
  subscribe(onPayload: (payload: string | undefined) => void): () => void
  /** Why notifications do not arrive although it was tried more than once; it goes on trying. */
  notifyFailure(): string | undefined
  /** The database was away and is back: connects at once, or finds out whether the line that it has still lives. */
  check(): void
  close(): Promise<void>
}

const firstRetryMs = 100
const lastRetryMs = 10_000
/** What does not deliver is most likely a pooler, which will not deliver in a minute either. */
const lastDeafRetryMs = 60_000
const longestSetUpMs = 10_000
const pingMs = 10_000
const pingTimeoutMs = 5000

class Undelivered extends Error {
  override readonly message = 'Postgres delivers no notifications through this connection'
}

/** A notification to itself must arrive within `selfTestMs`: poolers accept LISTEN and deliver nothing. */
export function createListener(
  session: Session,
  selfTestMs: number,
  schema: { readonly isReplica: boolean },
): Listener {
  const { target } = session
  const direct = target.listenUrl === undefined ? target : { ...target, url: target.listenUrl }
  const subscribers = new Set<(payload: string | undefined) => void>()
  const stop = new AbortController()
  const isDeaf = (): boolean => schema.isReplica && direct === target
  const wake = createWake()
  let current: pg.Client | undefined
  /** The one through which notifications come by now, and that was not asked whether it lives. */
  let quiet: pg.Client | undefined
  let failures = 0
  let waitMs = 0
  let lastFailure: unknown
  let keeping: Promise<void> | undefined

  const tell = (payload: string | undefined): void => {
    for (const onPayload of subscribers) onPayload(payload)
  }

  async function keepListening(): Promise<void> {
    while (subscribers.size > 0 && !stop.signal.aborted) {
      try {
        await listen()
      } catch (error) {
        // Followers poll meanwhile, and meet the reason themselves when it concerns them too.
        failures++
        lastFailure = error
      }
      if (subscribers.size === 0 || stop.signal.aborted) break
      const longestMs = lastFailure instanceof Undelivered ? lastDeafRetryMs : lastRetryMs
      waitMs = nextWaitMs(failures === 0 ? 0 : waitMs, { firstMs: firstRetryMs, longestMs })
      await wake.sleep(withJitter(waitMs), stop.signal)
      wake.reset()
    }
  }

  /** Until the connection ends. */
  async function listen(): Promise<void> {
    const client = await connect(direct, stop.signal)
    current = client
    const stopWatching = watchSilence(client, longestSetUpMs)
    try {
      if (subscribers.size === 0) return
      const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
      // A pooler keeps what listens for others, so that it is tried with a channel of our own first.
      const announcer = schema.isReplica ? client : session
      if (!(await receivesOwnNotify(client, announcer, selfTestMs, stop.signal))) throw new Undelivered()
      client.on('notification', ({ payload }) => tell(payload ?? ''))
      await client.query(dbosChannels.map((channel) => `listen ${channel}`).join(';'))
      stopWatching()
      failures = 0
      lastFailure = undefined
      // What was announced before now went unheard.
      tell(undefined)
      quiet = client
      const pinging = setInterval(ping, pingMs)
      pinging.unref()
      await ended
      clearInterval(pinging)
    } finally {
      stopWatching()
      current = undefined
      quiet = undefined
      await disconnect(client)
    }
  }

  /** A line that went dead tells nobody; who asks it finds out. */
  function ping(): void {
    const client = quiet
    if (!client) return
    quiet = undefined
    const question = { text: 'select 1', query_timeout: pingTimeoutMs }
    client.query(question).then(
      () => {
        if (client === current) quiet = client
      },
      () => void disconnect(client),
    )
  }

  function ensureListening(): void {
    if (keeping || isDeaf() || stop.signal.aborted) return
    keeping = keepListening().finally(() => {
      keeping = undefined
    })
  }

  function hangUp(): void {
    wake.ring()
    if (current) void disconnect(current)
  }

  return {
    notifyFailure: () => {
      if (isDeaf()) return `${target.label} is a read replica, which delivers no notifications`
      if (failures < 2) return undefined
      if (lastFailure instanceof Undelivered) return lastFailure.message
      const reason = lastFailure instanceof Error ? lastFailure.message.replace(/\.$/, '') : lastFailure
      return direct === target
        ? `There is no second connection for notifications (${reason})`
        : `Nobody can be heard at --listen-url (${reason})`
    },
    check: () => {
      failures = 0
      wake.ring()
      ping()
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
