import { monotonicMs } from '../../core/words/long-timer.ts'
import { onAbort } from '../connection/on-abort.ts'
import { createWake } from '../connection/wake.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { createAsking } from './ask-patiently.ts'
import { createLookAround } from './look-around.ts'
import { createRegistry } from './registry.ts'
import { createSeat, type Follower, isReader, type Outcome, type Round } from './seat.ts'
import { serveReaders } from './serve-readers.ts'

/** What of a follower the hub gives back to it. */
export interface Place {
  /**
   * What is new, as soon as there is something: at once the first time. Told what became of the round before. Undefined when
   * the follower's signal aborts or the store is closed.
   */
  next(before?: { readonly round: Round; readonly outcome: Outcome }): Promise<Round | undefined>
  leave(): void
}

/**
 * One process, one question: however many follow, one loop asks what happened to any of theirs, and reads for all of them
 * at once what they have not seen. Notifications wake it; besides it looks often while things happen and seldom while
 * nothing does, because statuses and steps are announced to nobody. Nothing is read for who has not taken what it was given.
 */
export interface Hub {
  enter(follower: Follower): Place
}

export function createHub(database: Pick<OpenDatabase, 'session' | 'schema' | 'listener' | 'timing'>): Hub {
  const { session, listener } = database
  const wake = createWake()
  const registry = createRegistry(() => {
    around.hurry()
    wake.ring()
  })
  const { seats, readers, suspects, settle } = registry
  /** Aborts when nobody follows any more. */
  let empty = new AbortController()
  const tellAll = (notice: string): void => {
    for (const { options } of seats) options.onNotice?.(notice)
  }
  const { ask, outage } = createAsking(database, () => empty.signal, tellAll)
  const around = createLookAround(database, registry, ask)
  let stopListening = (): void => {}
  let isRunning = false

  /** One thing at a time, what is read for somebody first. */
  async function step(): Promise<boolean> {
    if (readers.size > 0 && !(await serveReaders(database, registry, ask))) return false
    return suspects.size > 0 ? around.suspects() : around.due()
  }

  async function run(): Promise<void> {
    while (seats.size > 0) {
      wake.reset()
      try {
        if (!(await step()) && session.isClosed()) {
          for (const seat of seats) settle(seat, ({ resolve }) => resolve(undefined))
          return
        }
      } catch (error) {
        for (const seat of seats) settle(seat, ({ reject }) => reject(error))
      }
      tellOfPolling()
      if (readers.size > 0 || suspects.size > 0) continue
      await wake.sleep(Math.max(0, around.nextMs() - monotonicMs()), empty.signal)
    }
  }

  function ensureRunning(): void {
    if (isRunning || seats.size === 0 || session.isClosed()) return
    isRunning = true
    void run().finally(() => {
      isRunning = false
      ensureRunning()
    })
  }

  function tellOfPolling(): void {
    const failure = listener.notifyFailure()
    if (failure === undefined) return
    for (const seat of seats) {
      if (seat.isPollingSaid) continue
      seat.isPollingSaid = true
      const hint = session.target.listenUrl === undefined ? ' (--listen-url can name a direct one)' : ''
      seat.options.onNotice?.(`${failure}, so drover polls it${hint}.`)
    }
  }

  function enter(follower: Follower): Place {
    const { signal, onNotice } = follower.options
    if (seats.size === 0) {
      empty = new AbortController()
      stopListening = listener.subscribe(registry.hear)
    }
    const seat = createSeat(follower)
    registry.enter(seat)
    around.hurry()
    const said = outage()
    if (said !== undefined) onNotice?.(said)
    const stopWaiting = onAbort(signal, () => settle(seat, ({ resolve }) => resolve(undefined)))

    return {
      next: async (before) => {
        if (signal.aborted || session.isClosed()) return undefined
        if (before) registry.takeOutcome(seat, before.round, before.outcome)
        return new Promise((resolve, reject) => {
          seat.waiting = { resolve, reject }
          if (isReader(seat)) readers.add(seat)
          ensureRunning()
          wake.ring()
        })
      },
      leave: () => {
        stopWaiting()
        registry.leave(seat)
        if (seats.size > 0) return
        stopListening()
        empty.abort()
      },
    }
  }

  return { enter }
}
