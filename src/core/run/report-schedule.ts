import { toScheduledId } from '../dbos-names.ts'
import { CliError } from '../errors.ts'
import type { WorkflowState } from '../manage/manage.ts'
import type { Schedule, ScheduleOptions, TimeRange } from '../platform.ts'
import type { Store } from '../store.ts'
import { countMissed, type ListedSchedule, listSchedules, type MissedRuns } from './list-schedules.ts'

/** From when to when it was paused, and the runs of that time that are not there; null where none is missing. */
export interface EndedPause extends TimeRange {
  readonly missed: MissedRuns | null
}

export interface ScheduleRun extends Pick<WorkflowState, 'workflowId' | 'status'> {
  /** The time that it is of. */
  readonly at: Date
}

/** All that is known of a schedule. */
export interface ScheduleReport extends ListedSchedule, ScheduleOptions {
  /** The last ones that started at a time of it, the newest first. */
  readonly runs: readonly ScheduleRun[]
  /** The newest first. Null where nothing tells: DBOS keeps none, only drover's record of actions does. */
  readonly pauses: readonly EndedPause[] | null
}

type Reads = Pick<
  Store,
  'schedules' | 'scheduleTimes' | 'scheduleOptions' | 'existing' | 'states' | 'actions' | 'clock'
>

const shown = 5

/** Undefined where there is no such schedule. */
export async function reportSchedule(store: Reads, name: string): Promise<ScheduleReport | undefined> {
  const schedules = await listSchedules({
    ...store,
    schedules: async () => (await store.schedules()).filter((one) => one.name === name),
  })
  const [schedule] = schedules
  const options = await store.scheduleOptions(name)
  if (!schedule || !options) return undefined
  const now = await store.clock()
  return {
    ...schedule,
    ...options,
    nextAt:
      schedule.status === 'ACTIVE' ? await store.scheduleTimes(schedule, { since: now, limit: shown }) : [],
    runs: await lastRuns(store, schedule, now),
    pauses: await endedPauses(store, schedule),
  }
}

const hourMs = 3_600_000
/** As far back as the first of them that holds enough times. */
const spansMs = [hourMs, 24 * hourMs, 31 * 24 * hourMs, 366 * 24 * hourMs]
const mostTimes = 10_000
/** Among so many of the last times: not each of them started a run. */
const lookedAt = 100

async function lastRuns(store: Reads, schedule: Schedule, now: Date): Promise<readonly ScheduleRun[]> {
  const until = new Date(now.getTime() + 1)
  let times: readonly Date[] = []
  for (const spanMs of spansMs) {
    const since = new Date(now.getTime() - spanMs)
    const found = await store.scheduleTimes(schedule, { since, until, limit: mostTimes })
    // The last ones are wanted, and these are the first.
    if (found.length === mostTimes) break
    times = found
    if (times.length >= lookedAt) break
  }
  const atById = new Map(times.slice(-lookedAt).map((at) => [toScheduledId(schedule.name, at), at]))
  if (atById.size === 0) return []
  const states = await store.states([...atById.keys()])
  return states
    .map(({ workflowId, status }) => ({ workflowId, status, at: atById.get(workflowId) ?? now }))
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, shown)
}

/** Of what is done to a schedule so many lines at most are looked at. */
const mostLines = 200

async function endedPauses(store: Reads, schedule: Schedule): Promise<readonly EndedPause[] | null> {
  const lines = await linesOf(store, schedule.name)
  if (lines === null) return null
  const ranges: TimeRange[] = []
  let since: Date | undefined
  for (const { action, at } of lines.toReversed()) {
    if (action === 'schedules pause') since = at
    if (action === 'schedules resume' && since) ranges.push({ since, until: at })
    if (action === 'schedules resume') since = undefined
  }
  const pauses: EndedPause[] = []
  for (const range of ranges.slice(-shown).toReversed())
    pauses.push({ ...range, missed: await countMissed(store, schedule, range) })
  return pauses
}

async function linesOf(store: Reads, subject: string) {
  try {
    return await store.actions({ subject, limit: mostLines })
  } catch (error) {
    if (error instanceof CliError && error.code === 'no-record') return null
    throw error
  }
}
