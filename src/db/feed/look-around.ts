import { monotonicMs } from '../../core/words/long-timer.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import type { Ask } from './ask-patiently.ts'
import { judgeLooks, planLooks } from './plan-looks.ts'
import { readEndings, readLooks } from './probe.ts'
import type { Looked, Registry } from './registry.ts'
import { isAsleep } from './seat.ts'
import { createPace } from './watched.ts'

/** Finds out of whom there is something new that nobody announced. Each is false once it is over. */
export interface LookAround {
  suspects(): Promise<boolean>
  /** Those that are due, if any. */
  due(): Promise<boolean>
  /** Something happened, so that more may follow. */
  hurry(): void
  nextMs(): number
}

const mostSuspects = 500
const hotRestMs = { busy: 20, eager: 50 }
const coldRestMs = 250
/** Where not all are looked at each time, who has ended is asked for besides. */
const endings = { everyMs: 250, most: 500, overlapMs: 1000 }
/** How long what is announced is left to the announcement, and all that no look tells to none: for each that is followed. */
const longestMs = { full: 3, round: 30 }
const shortestMs = 5000

export function createLookAround(
  database: Pick<OpenDatabase, 'session' | 'schema' | 'listener' | 'timing'>,
  { lanes, suspects, expect, expectId }: Pick<Registry, 'lanes' | 'suspects' | 'expect' | 'expectId'>,
  ask: Ask,
): LookAround {
  const { listener, timing } = database
  const pace = { hot: createPace(0.25), cold: createPace(0.15) }
  const due = { hot: 0, cold: 0, endings: Number.POSITIVE_INFINITY }
  let endingsSinceMs = Date.now()

  async function look(
    picked: readonly Looked[],
    isFull: (one: Looked) => boolean,
    { areApart, took }: { readonly areApart: boolean; took(ms: number): void },
  ): Promise<boolean> {
    if (picked.length === 0) return true
    const asked = planLooks(picked, isFull, { areApart })
    const groups = asked.map(({ group }) => group)
    const full = picked.filter(isFull)
    const found = await ask((moments) => readLooks(database, groups, timing.silenceMs, moments), took)
    if (!found) return false
    const nowMs = monotonicMs()
    for (const one of full) one.fullAtMs = nowMs
    const { changed, suspects: unclear } = judgeLooks(asked, found.result)
    for (const one of changed) expect(one)
    for (const one of unclear) suspects.add(one)
    return true
  }

  async function lookAtHot(): Promise<boolean> {
    const { picked, isBusy } = lanes.hot(monotonicMs())
    const sleeping = picked.filter(({ seat }) => isAsleep(seat))
    const isGoingOn = await look(sleeping, () => true, { areApart: true, took: pace.hot.took })
    const restMs = isBusy ? hotRestMs.busy : hotRestMs.eager
    due.hot = picked.length === 0 ? Number.POSITIVE_INFINITY : pace.hot.nextMs(monotonicMs(), restMs)
    return isGoingOn
  }

  async function lookAtCold(): Promise<boolean> {
    const { picked, isAll } = lanes.cold()
    const nowMs = monotonicMs()
    const fullEveryMs = Math.max(shortestMs, lanes.size * longestMs.full)
    const roundEveryMs = Math.max(shortestMs, lanes.size * longestMs.round)
    const isDeaf = listener.notifyFailure() !== undefined
    const sleeping: Looked[] = []
    for (const one of picked) {
      if (!isAsleep(one.seat)) continue
      if (nowMs - one.roundAtMs > roundEveryMs) expect(one)
      else sleeping.push(one)
    }
    const isFull = ({ fullAtMs, announced }: Looked) =>
      isDeaf || announced === undefined || nowMs - fullAtMs > fullEveryMs
    const isGoingOn = await look(sleeping, isFull, { areApart: false, took: pace.cold.took })
    due.cold = pace.cold.nextMs(monotonicMs(), coldRestMs)
    const areEndingsAsked = !isAll && workflowStatus.isIn(database.schema, 'completedAt')
    due.endings = areEndingsAsked ? Math.min(due.endings, monotonicMs()) : Number.POSITIVE_INFINITY
    return isGoingOn
  }

  /** Whose clock is behind is found with the others. */
  async function lookAtEndings(): Promise<boolean> {
    const { everyMs, most, overlapMs } = endings
    const found = await ask((moments) =>
      readEndings(database, endingsSinceMs, most, timing.silenceMs, moments),
    )
    if (!found) return false
    for (const { id } of found.result) expectId(id)
    const lastMs = found.result.at(-1)?.atMs ?? endingsSinceMs
    const isCut = found.result.length === most
    endingsSinceMs = isCut ? lastMs : Math.max(endingsSinceMs, Math.min(lastMs, Date.now()) - overlapMs)
    due.endings = monotonicMs() + everyMs
    return true
  }

  return {
    suspects: () => {
      const picked: Looked[] = []
      for (const one of suspects) {
        suspects.delete(one)
        if (isAsleep(one.seat)) picked.push(one)
        // Who is not will look, once it is.
        else one.quiet = undefined
        if (picked.length === mostSuspects) break
      }
      return look(picked, () => true, { areApart: true, took: pace.hot.took })
    },
    due: async () => {
      if (monotonicMs() >= due.hot && !(await lookAtHot())) return false
      if (monotonicMs() >= due.endings && !(await lookAtEndings())) return false
      return monotonicMs() < due.cold || lookAtCold()
    },
    hurry: () => {
      due.hot = Math.min(due.hot, monotonicMs() + hotRestMs.busy)
    },
    nextMs: () => Math.min(due.hot, due.cold, due.endings),
  }
}
