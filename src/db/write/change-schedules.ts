import { CliError } from '../../core/errors.ts'
import type { PlatformResult, Schedule } from '../../core/platform.ts'
import { command } from '../../core/words/command-line.ts'
import { dateOrText } from '../../core/words/far-date.ts'
import type { Row } from '../connection/connect.ts'
import { withDbosClient } from '../connection/dbos-client.ts'
import { changeOnRecord, withIntent } from '../record/find-recorder.ts'
import { pick } from '../tables/define-table.ts'
import { toFilledText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowSchedules } from '../tables/workflow-schedules.ts'

const shownTimes = 3

export async function readSchedules({ session, schema }: Database): Promise<Schedule[]> {
  const s = workflowSchedules.in(schema, 's')
  if (!workflowSchedules.isIn(schema)) return []
  const rows = await session.query(
    `select ${pick(s, ['name', 'workflow', 'cron', 'status', 'timezone', 'application', 'queue', 'lastFired'])},
       clock_timestamp() as now
     from ${s} order by ${s.name} collate "C"`,
  )
  // What executors compute with, so that the times are theirs.
  const { TimeMatcher } = await import('@dbos-inc/dbos-sdk/internal/scheduler/crontab')
  return rows.map((row) => toSchedule(row, (cron, timezone) => new TimeMatcher(cron, timezone)))
}

type MatcherOf = (
  cron: string,
  timezone: string | undefined,
) => {
  nextWakeupTime(date: Date): Date
  match(date: Date): boolean
}

function toSchedule(row: Row, matcherOf: MatcherOf): Schedule {
  const cron = String(row.cron)
  const timezone = toFilledText(row.timezone)
  const status = row.status === 'PAUSED' ? 'PAUSED' : 'ACTIVE'
  const lastFired = toFilledText(row.lastFired)
  return {
    name: String(row.name),
    workflow: String(row.workflow),
    cron,
    timezone,
    status,
    application: toFilledText(row.application),
    queue: toFilledText(row.queue),
    lastFiredAt: lastFired === null ? null : dateOrText(new Date(lastFired), lastFired),
    nextAt: status === 'ACTIVE' ? nextTimes(cron, timezone, row.now as Date, matcherOf) : [],
  }
}

/** None for an expression that cannot be read, or that never comes true. */
function nextTimes(cron: string, timezone: string | null, now: Date, matcherOf: MatcherOf): Date[] {
  try {
    const matcher = matcherOf(cron, timezone ?? undefined)
    const times: Date[] = []
    for (let at = now; times.length < shownTimes; ) {
      at = matcher.nextWakeupTime(at)
      if (!matcher.match(at)) break
      times.push(at)
    }
    return times
  } catch {
    return []
  }
}

export async function setSchedule(
  database: Database,
  name: string,
  status: Schedule['status'],
): Promise<PlatformResult> {
  const { schema } = database
  if (!workflowSchedules.isIn(schema)) return 'not-found'
  const s = workflowSchedules.in(schema, 's')
  const action = status === 'PAUSED' ? 'schedules pause' : 'schedules resume'
  return changeOnRecord(database, action, async (client, record) => {
    const { rows } = await client.query<Row>(
      `with changed as (update ${s} set ${workflowSchedules.columns.status} = $2
         where ${s.name} = $1 and ${s.status} <> $2 returning 1)
       select exists (select from changed) as changed,
         exists (select from ${s} where ${s.name} = $1) as found`,
      [name, status],
    )
    const [row] = rows
    if (row?.found !== true) return 'not-found'
    if (row.changed !== true) return 'no-op'
    await record({ subject: name, before: { status: status === 'PAUSED' ? 'ACTIVE' : 'PAUSED' } })
    return 'changed'
  })
}

export async function triggerSchedule(database: Database, name: string): Promise<string | undefined> {
  const { session } = database
  const isThere = (await readSchedules(database)).some((schedule) => schedule.name === name)
  if (!isThere) return undefined
  try {
    return await withIntent(
      database,
      'schedules trigger',
      { subject: name },
      () =>
        withDbosClient(
          session.target,
          session.options,
          async (dbos) => (await dbos.triggerSchedule(name)).workflowID,
        ),
      (workflowId) => ({ workflowId }),
    )
  } catch (error) {
    if (!(error instanceof Error) || error instanceof CliError) throw error
    if (!error.message.includes('No application versions found')) {
      // Of the SDK, about what the schedule holds.
      throw new CliError(
        'schema-unsupported',
        `DBOS cannot trigger the schedule "${name}": ${error.message}.`,
        {
          hint: command('schedules'),
          cause: error,
        },
      )
    }
    throw new CliError('ambiguous-version', 'No version of its application is registered there.', {
      hint: 'start a worker of it first: it registers the version that shall run it',
      cause: error,
    })
  }
}
