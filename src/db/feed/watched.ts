import type { Needs } from './needs.ts'
import type { Look, Probe } from './probe.ts'

/** One workflow of one follower: what it was like when that follower last knew all of it. */
export interface Watched<Seat> {
  readonly seat: Seat
  readonly id: string
  probe: Probe
  /** Undefined until it was looked at from this position. */
  quiet: number | undefined
  announced: number | undefined
  /** When something last happened to it, by the clock of `performance`. */
  busyAtMs: number
  /** When it was last asked also for what is announced. */
  fullAtMs: number
  roundAtMs: number
  stopAlarm(): void
}

/** An end comes unannounced: who reads nothing but statuses can afford to look for it longer. */
const lightEagerMs = 60_000
const heavyEagerMs = 10_000

function eagerMsOf({ steps, messages, waits }: Needs): number {
  return steps || messages || waits ? heavyEagerMs : lightEagerMs
}

const mostHot = 256
const mostCold = 1500

/** What happens is looked at often, and what does not in turn. */
export interface Lanes<One> {
  readonly size: number
  add(one: One): void
  delete(one: One): void
  /** Something happened to it. */
  hurry(one: One, nowMs: number): void
  /** Those that are hot now, the last first; and whether something happened in the last two seconds. */
  hot(nowMs: number): { readonly picked: readonly One[]; readonly isBusy: boolean }
  /** The next ones of those that are not. */
  cold(): { readonly picked: readonly One[]; readonly isAll: boolean }
}

export function createLanes<
  One extends Pick<Watched<{ readonly needs: Needs }>, 'seat' | 'busyAtMs'>,
>(): Lanes<One> {
  const hot = new Set<One>()
  const cold = new Set<One>()

  const heat = (one: One): void => {
    cold.delete(one)
    hot.delete(one)
    hot.add(one)
    const [oldest] = hot
    if (hot.size > mostHot && oldest !== undefined) cool(oldest)
  }
  const cool = (one: One): void => {
    hot.delete(one)
    cold.add(one)
  }

  return {
    get size() {
      return hot.size + cold.size
    },
    add: heat,
    delete: (one) => {
      hot.delete(one)
      cold.delete(one)
    },
    hurry: (one, nowMs) => {
      one.busyAtMs = nowMs
      if (hot.has(one) || cold.has(one)) heat(one)
    },
    hot: (nowMs) => {
      let isBusy = false
      for (const one of hot) {
        const idleMs = nowMs - one.busyAtMs
        if (idleMs > eagerMsOf(one.seat.needs)) cool(one)
        if (idleMs < 2000) isBusy = true
      }
      return { picked: [...hot], isBusy }
    },
    cold: () => {
      const picked: One[] = []
      for (const one of cold) {
        picked.push(one)
        if (picked.length === mostCold) break
      }
      for (const one of picked) {
        cold.delete(one)
        cold.add(one)
      }
      return { picked, isAll: picked.length === cold.size }
    },
  }
}

/** True when the look tells something new; it is the known one from now on. */
export function takeLook(
  one: Pick<Watched<unknown>, 'quiet' | 'announced'>,
  { quiet, announced }: Look,
): boolean {
  const isNew = one.quiet !== quiet || (announced !== undefined && one.announced !== announced)
  one.quiet = quiet
  if (announced !== undefined) one.announced = announced
  return isNew
}

export interface Pace {
  /** How long the last one took: a database that is slow, or has many watchers, is asked less often. */
  took(ms: number): void
  /** When the next one is due. */
  nextMs(nowMs: number, restMs: number): number
}

/** Spends at most this part of the time. */
export function createPace(share: number): Pace {
  let averageMs = 0
  return {
    took: (ms) => {
      // One that was slow is chance, several are load.
      averageMs += (Math.min(ms, 1000) - averageMs) / 4
    },
    nextMs: (nowMs, restMs) => nowMs + Math.max(restMs, averageMs / share),
  }
}
