import type { FollowOptions } from '../../core/store.ts'
import { workflowNotFound } from '../connection/failures.ts'
import type { Needs } from './needs.ts'
import type { Position } from './position.ts'
import { probeOf } from './probe.ts'
import type { Snapshot } from './read-snapshot.ts'
import type { Watched } from './watched.ts'

/** Who follows, and what. */
export interface Follower {
  readonly needs: Needs
  /** Of those that have not ended; it moves on as they are followed. */
  readonly active: ReadonlyMap<string, Position>
  readonly options: Pick<FollowOptions, 'signal' | 'onNotice'>
}

/** What a follower is given at once. */
export interface Round {
  readonly snapshot: Snapshot
  /** The workflows that it is about. */
  readonly ids: readonly string[]
  /** Whose ends may be told: with these all are known that ended before. Undefined for all of the round. */
  readonly mayEnd: ReadonlySet<string> | undefined
}

/** What became of a round. */
export interface Outcome {
  /** There was more of these than a round holds, so that they are read again at once. */
  readonly unread: Set<string>
  /** Something was new of these. */
  readonly news: Set<string>
  /** Some have ended whose end could not be told yet. */
  hasHeldEnds: boolean
  /** In so many milliseconds time alone changes what is told of one. */
  readonly dueInMs: Map<string, number>
}

export function createOutcome(): Outcome {
  return { unread: new Set(), news: new Set(), hasHeldEnds: false, dueInMs: new Map() }
}

/** A follower in the hub. */
export interface Seat extends Follower {
  readonly watched: Map<string, Watched<Seat>>
  /** Those of whom there is something new. */
  readonly expected: Set<string>
  isNew: boolean
  hasHeldEnds: boolean
  /** Set while it waits for a round. */
  waiting: { resolve(round: Round | undefined): void; reject(error: unknown): void } | undefined
  isPollingSaid: boolean
}

export function createSeat(follower: Follower): Seat {
  return {
    ...follower,
    watched: new Map(),
    expected: new Set(follower.active.keys()),
    isNew: true,
    hasHeldEnds: false,
    waiting: undefined,
    isPollingSaid: false,
  }
}

/** One that follows more is told of those alone that changed. */
const mostWhole = 100
const mostAtOnce = 500
/** The first of very many are told soon. */
const mostAtFirst = 50

export function isReader({ waiting, expected, hasHeldEnds }: Seat): boolean {
  return waiting !== undefined && (expected.size > 0 || hasHeldEnds)
}

export function isAsleep(seat: Seat): boolean {
  return seat.waiting !== undefined && !isReader(seat)
}

/** How many workflows its next round is about. */
export function weightOf(seat: Seat): number {
  const { active, expected } = seat
  return active.size <= mostWhole ? active.size : Math.min(roundSizeOf(seat), Math.max(1, expected.size))
}

function roundSizeOf({ isNew }: Seat): number {
  return isNew ? mostAtFirst : mostAtOnce
}

type Plan = Pick<Round, 'ids' | 'mayEnd'>

/**
 * What a round is about. One that follows few is told of all of them at one moment, so that ends come in their order. Of
 * many those are read that changed, and ends are told once it is known which ones came before. Throws
 * `workflow-not-found` for one that was never there. Undefined when it is over.
 */
export async function planRound(
  seat: Seat,
  label: string,
  findEnded: (ids: Iterable<string>) => Promise<ReadonlyMap<string, boolean> | undefined>,
): Promise<Plan | undefined> {
  const { active, expected } = seat
  if (active.size <= mostWhole) {
    expected.clear()
    seat.hasHeldEnds = false
    return { ids: [...active.keys()], mayEnd: undefined }
  }
  if (seat.isNew) {
    const found = await findEnded(active.keys())
    if (!found) return undefined
    for (const id of active.keys()) if (!found.has(id)) throw workflowNotFound(id, label)
  }
  if (expected.size > 0) {
    const ids = [...expected].filter((id) => active.has(id)).slice(0, roundSizeOf(seat))
    if (ids.length === 0) expected.clear()
    for (const id of ids) expected.delete(id)
    return { ids, mayEnd: new Set() }
  }
  const found = await findEnded(active.keys())
  if (!found) return undefined
  const ids = [...found].filter(([, hasEnded]) => hasEnded).map(([id]) => id)
  seat.hasHeldEnds = false
  return { ids, mayEnd: new Set(ids) }
}

export function watch(seat: Seat, id: string, position: Position, nowMs: number): Watched<Seat> {
  return {
    seat,
    id,
    probe: probeOf(id, position, seat.needs),
    quiet: undefined,
    announced: undefined,
    busyAtMs: nowMs,
    fullAtMs: 0,
    roundAtMs: nowMs,
    stopAlarm: () => {},
  }
}

/** It stands somewhere else now: what it was like there is not known. */
export function moveTo(watched: Watched<Seat>, position: Position): void {
  const probe = probeOf(watched.id, position, watched.seat.needs)
  if (probe.key === watched.probe.key) return
  watched.probe = probe
  watched.quiet = undefined
  watched.announced = undefined
}
