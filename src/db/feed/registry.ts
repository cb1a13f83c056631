import { monotonicMs, startTimer } from '../../core/words/long-timer.ts'
import { isReader, moveTo, type Outcome, type Round, type Seat, watch } from './seat.ts'
import { createLanes, type Lanes, type Watched } from './watched.ts'

export type Looked = Watched<Seat>

/** Who follows what, and of whom there is something new. */
export interface Registry {
  readonly seats: ReadonlySet<Seat>
  /** Those that wait for a round in which there is something. */
  readonly readers: Set<Seat>
  /** Those that are to be looked at one by one, and at once. */
  readonly suspects: Set<Looked>
  readonly lanes: Lanes<Looked>
  enter(seat: Seat): void
  leave(seat: Seat): void
  /** What DBOS announces: none when some may have been missed. */
  hear(payload: string | undefined): void
  /** There is something new of it. */
  expect(one: Looked): void
  /** The same of whoever follows it. */
  expectId(id: string): void
  /** What became of a round decides how its workflows are looked at from now on. */
  takeOutcome(seat: Seat, round: Round, outcome: Outcome): void
  /** Ends its waiting. */
  settle(seat: Seat, how: (waiting: NonNullable<Seat['waiting']>) => void): void
}

/** `onNews` is called when there is something to look at soon. */
export function createRegistry(onNews: () => void): Registry {
  const seats = new Set<Seat>()
  const readers = new Set<Seat>()
  const suspects = new Set<Looked>()
  const lanes = createLanes<Looked>()
  const watchedById = new Map<string, Set<Looked>>()

  function register(one: Looked): void {
    one.seat.watched.set(one.id, one)
    const others = watchedById.get(one.id)
    if (others) others.add(one)
    else watchedById.set(one.id, new Set([one]))
    lanes.add(one)
  }

  function forget(one: Looked): void {
    one.stopAlarm()
    one.seat.watched.delete(one.id)
    lanes.delete(one)
    suspects.delete(one)
    const others = watchedById.get(one.id)
    others?.delete(one)
    if (others?.size === 0) watchedById.delete(one.id)
  }

  function registerNew(seat: Seat, nowMs: number): void {
    if (seat.watched.size === seat.active.size) return
    for (const [id, position] of seat.active) {
      if (!seat.watched.has(id)) register(watch(seat, id, position, nowMs))
    }
  }

  function expect({ seat, id }: Looked): void {
    seat.expected.add(id)
    if (isReader(seat)) readers.add(seat)
  }

  function settle(seat: Seat, how: (waiting: NonNullable<Seat['waiting']>) => void): void {
    const { waiting } = seat
    seat.waiting = undefined
    readers.delete(seat)
    if (waiting) how(waiting)
  }

  function setAlarm(one: Looked, dueInMs: number | undefined): void {
    one.stopAlarm()
    one.stopAlarm = () => {}
    if (dueInMs === undefined) return
    const ring = (): void => {
      expect(one)
      onNews()
    }
    one.stopAlarm = startTimer(ring, dueInMs, { keepsAlive: false })
  }

  return {
    seats,
    readers,
    suspects,
    lanes,
    expect,
    expectId: (id) => {
      for (const one of watchedById.get(id) ?? []) expect(one)
    },
    settle,
    enter: (seat) => {
      seats.add(seat)
      registerNew(seat, monotonicMs())
    },
    leave: (seat) => {
      settle(seat, ({ resolve }) => resolve(undefined))
      for (const one of [...seat.watched.values()]) forget(one)
      seats.delete(seat)
    },
    hear: (payload) => {
      const nowMs = monotonicMs()
      if (payload === undefined) {
        for (const all of watchedById.values()) for (const one of all) suspects.add(one)
        onNews()
        return
      }
      let isOurs = false
      for (const id of idsOf(payload)) {
        for (const one of watchedById.get(id) ?? []) {
          isOurs = true
          lanes.hurry(one, nowMs)
          expect(one)
        }
      }
      if (isOurs) onNews()
    },
    takeOutcome: (seat, { ids }, { unread, news, hasHeldEnds, dueInMs }) => {
      const nowMs = monotonicMs()
      for (const id of ids) {
        const one = seat.watched.get(id)
        const position = seat.active.get(id)
        if (!one) continue
        if (!position) {
          forget(one)
          continue
        }
        moveTo(one, position)
        one.roundAtMs = nowMs
        if (news.has(id)) lanes.hurry(one, nowMs)
        setAlarm(one, dueInMs.get(id))
      }
      registerNew(seat, nowMs)
      for (const id of unread) seat.expected.add(id)
      seat.hasHeldEnds ||= hasHeldEnds
      if (news.size > 0) onNews()
    },
  }
}

/** Ids and keys may hold `::` themselves, so that a payload may be about several. */
function* idsOf(payload: string): Generator<string> {
  for (let at = payload.indexOf('::'); at >= 0; at = payload.indexOf('::', at + 1)) yield payload.slice(0, at)
}
