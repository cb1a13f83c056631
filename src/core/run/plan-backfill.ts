import { toScheduledId } from '../dbos-names.ts'
import { CliError } from '../errors.ts'
import type { Schedule, TimeRange } from '../platform.ts'
import type { Store } from '../store.ts'

/** A run of a schedule, at a time that has passed. */
export interface PlannedRun {
  readonly at: Date
  readonly workflowId: string
  /** It started, then or later, and is left alone. */
  readonly isThere: boolean
}

const most = 10_000

/** The runs of this time, the earliest first. Throws `invalid-argument` for more than 10,000 of them. */
export async function planBackfill(
  store: Pick<Store, 'scheduleTimes' | 'existing'>,
  schedule: Schedule,
  range: TimeRange,
): Promise<readonly PlannedRun[]> {
  const times = await store.scheduleTimes(schedule, { ...range, limit: most + 1 })
  if (times.length > most) {
    throw new CliError('invalid-argument', `${schedule.name} has more than ${most} runs in that time.`, {
      hint: `take a shorter one: --until ${times[most]?.toISOString()} leaves ${most}`,
    })
  }
  const ids = times.map((at) => toScheduledId(schedule.name, at))
  const existing = new Set(ids.length > 0 ? await store.existing(ids) : [])
  return times.map((at, index) => {
    const workflowId = ids[index] ?? ''
    return { at, workflowId, isThere: existing.has(workflowId) }
  })
}
