import { toScheduledId } from '../dbos-names.ts'
import type { Schedule, TimeRange } from '../platform.ts'
import type { Store } from '../store.ts'

/** What should have started since the last run, and did not. */
export interface MissedRuns {
  readonly count: number
  /** There are more: nobody counts on. */
  readonly isMore: boolean
  /** When the first of them should have. */
  readonly since: Date
}

export interface ListedSchedule extends Schedule {
  /** Null where nothing was missed, or it never ran. */
  readonly missed: MissedRuns | null
}

const most = 100
/** An executor that is well starts a run within ten seconds. */
const graceMs = 60_000

/** By name. Two or three statements: what moved in between is seen twice. */
export async function listSchedules(
  store: Pick<Store, 'schedules' | 'scheduleTimes' | 'existing' | 'clock'>,
): Promise<readonly ListedSchedule[]> {
  const schedules = await store.schedules()
  if (!schedules.some(({ lastFiredAt }) => lastFiredAt)) {
    return schedules.map((schedule) => ({ ...schedule, missed: null }))
  }
  const until = new Date((await store.clock()).getTime() - graceMs)
  const due = await Promise.all(schedules.map((schedule) => timesSinceLast(store, schedule, until)))
  const existing = new Set(await store.existing(due.flat().map(({ id }) => id)))
  return schedules.map((schedule, index) => {
    const runs = due[index] ?? []
    const missed = runs.filter(({ id }) => !existing.has(id))
    const [first] = missed
    const found = first && { count: missed.length, isMore: runs.length === most, since: first.at }
    return { ...schedule, missed: found ?? null }
  })
}

/** Which runs of this time are not there; null where none is missing. */
export async function countMissed(
  store: Pick<Store, 'scheduleTimes' | 'existing'>,
  schedule: Schedule,
  range: TimeRange,
): Promise<MissedRuns | null> {
  const times = await store.scheduleTimes(schedule, { ...range, limit: most })
  if (times.length === 0) return null
  const idOf = (at: Date) => toScheduledId(schedule.name, at)
  const existing = new Set(await store.existing(times.map(idOf)))
  const missed = times.filter((at) => !existing.has(idOf(at)))
  const [since] = missed
  return since ? { count: missed.length, isMore: times.length === most, since } : null
}

async function timesSinceLast(
  store: Pick<Store, 'scheduleTimes'>,
  schedule: Schedule,
  until: Date,
): Promise<readonly { readonly at: Date; readonly id: string }[]> {
  const { lastFiredAt, name } = schedule
  if (!lastFiredAt || lastFiredAt >= until) return []
  const since = new Date(lastFiredAt.getTime() + 1)
  const times = await store.scheduleTimes(schedule, { since, until, limit: most })
  return times.map((at) => ({ at, id: toScheduledId(name, at) }))
}
