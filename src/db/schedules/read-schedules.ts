import type { Platform, Schedule, ScheduleOptions } from '../../core/platform.ts'
import { dateOrText } from '../../core/words/far-date.ts'
import type { Row } from '../connection/connect.ts'
import { decodeValue } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { toFilledText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowSchedules } from '../tables/workflow-schedules.ts'

const shownTimes = 3

export async function readSchedules(database: Database): Promise<Schedule[]> {
  return readThose(database, null)
}

export async function readSchedule(database: Database, name: string): Promise<Schedule | undefined> {
  const [schedule] = await readThose(database, name)
  return schedule
}

export async function readScheduleOptions(
  { session, schema }: Database,
  name: string,
): Promise<ScheduleOptions | undefined> {
  if (!workflowSchedules.isIn(schema)) return undefined
  const s = workflowSchedules.in(schema, 's')
  const [row] = await session.query(
    `select ${pick(s, ['className', 'context', 'automaticBackfill'])} from ${s} where ${s.name} = $1`,
    [name],
  )
  if (!row) return undefined
  const { className, context, automaticBackfill } = row
  return {
    className: toFilledText(className),
    context: typeof context === 'string' ? decodeValue(context, null) : undefined,
    automaticBackfill: automaticBackfill === true,
  }
}

async function readThose({ session, schema }: Database, name: string | null): Promise<Schedule[]> {
  const s = workflowSchedules.in(schema, 's')
  if (!workflowSchedules.isIn(schema)) return []
  const rows = await session.query(
    `select ${pick(s, ['name', 'workflow', 'cron', 'status', 'timezone', 'application', 'queue', 'lastFired'])},
       clock_timestamp() as now
     from ${s} where $1::text is null or ${s.name} = $1 order by ${s.name} collate "C"`,
    [name],
  )
  const matcherOf = await importMatcher()
  return rows.map((row) => toSchedule(row, matcherOf))
}

type MatcherOf = (
  cron: string,
  timezone: string | undefined,
) => {
  nextWakeupTime(date: Date): Date
  match(date: Date): boolean
}

/** What executors compute with, so that the times are theirs. */
async function importMatcher(): Promise<MatcherOf> {
  const { TimeMatcher } = await import('@dbos-inc/dbos-sdk/internal/scheduler/crontab')
  return (cron, timezone) => new TimeMatcher(cron, timezone)
}

function toSchedule(row: Row, matcherOf: MatcherOf): Schedule {
  const cron = String(row.cron)
  const timezone = toFilledText(row.timezone)
  const status = row.status === 'PAUSED' ? 'PAUSED' : 'ACTIVE'
  const lastFired = toFilledText(row.lastFired)
  const next = { after: row.now as Date, limit: shownTimes }
  return {
    name: String(row.name),
    workflow: String(row.workflow),
    cron,
    timezone,
    status,
    application: toFilledText(row.application),
    queue: toFilledText(row.queue),
    lastFiredAt: lastFired === null ? null : dateOrText(new Date(lastFired), lastFired),
    nextAt: status === 'ACTIVE' ? timesAfter({ cron, timezone }, next, matcherOf) : [],
  }
}

export async function readScheduleTimes(
  _: Database,
  schedule: Pick<Schedule, 'cron' | 'timezone'>,
  { since, until, limit }: Parameters<Platform['scheduleTimes']>[1],
): Promise<readonly Date[]> {
  const after = new Date(since.getTime() - 1)
  return timesAfter(schedule, { after, until, limit }, await importMatcher())
}

interface Times {
  readonly after: Date
  readonly until?: Date
  readonly limit: number
}

/** None for an expression that cannot be read, or that never comes true. */
function timesAfter(
  { cron, timezone }: Pick<Schedule, 'cron' | 'timezone'>,
  { after, until, limit }: Times,
  matcherOf: MatcherOf,
): Date[] {
  const times: Date[] = []
  try {
    const matcher = matcherOf(cron, timezone ?? undefined)
    for (let at = after; times.length < limit; ) {
      at = matcher.nextWakeupTime(at)
      if ((until && at >= until) || !matcher.match(at)) break
      times.push(at)
    }
    return times
  } catch {
    return []
  }
}
