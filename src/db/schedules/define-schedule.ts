import { CliError } from '../../core/errors.ts'
import type { NewSchedule, PlatformResult, ScheduleDefinition } from '../../core/platform.ts'
import { withDbosClient } from '../connection/dbos-client.ts'
import { withIntent } from '../record/find-recorder.ts'
import type { Database } from '../tables/system-database.ts'
import { hasSchedule, isGone, requireSchedules } from './client-schedules.ts'
import { readSchedule } from './read-schedules.ts'

export async function createSchedule(
  database: Database,
  name: string,
  schedule: NewSchedule,
): Promise<PlatformResult> {
  const { session, schema } = database
  requireSchedules(schema, 'created')
  await refuseUnreadable(schedule)
  if (await hasSchedule(database, name)) return 'no-op'
  const { cron, timezone, queue, workflow, className, application, ...others } = schedule
  const { context, automaticBackfill } = others
  const options = {
    scheduleName: name,
    workflowName: workflow,
    schedule: cron,
    context,
    options: {
      automaticBackfill,
      ...(timezone !== null && { cronTimezone: timezone }),
      ...(queue !== null && { queueName: queue }),
    },
    ...(className !== null && { workflowClassName: className }),
    ...(application !== null && { applicationName: application }),
  }
  try {
    await withIntent(
      database,
      'schedules create',
      { subject: name },
      () => withDbosClient(session.target, session.options, (dbos) => dbos.createSchedule(options)),
      () => ({ workflow, cron, timezone, queue, application }),
    )
  } catch (error) {
    // Somebody else was faster.
    if (error instanceof Error && error.message.endsWith('already exists')) return 'no-op'
    throw error
  }
  return 'changed'
}

export async function updateSchedule(
  database: Database,
  name: string,
  changes: Partial<ScheduleDefinition>,
): Promise<PlatformResult> {
  const { session, schema } = database
  requireSchedules(schema, 'changed')
  await refuseUnreadable(changes)
  const found = await readSchedule(database, name)
  if (!found) return 'not-found'
  const { cron, timezone, queue, automaticBackfill } = changes
  const updates = {
    ...(cron !== undefined && { schedule: cron }),
    ...('context' in changes && { context: changes.context }),
    ...(timezone !== undefined && { cronTimezone: timezone }),
    ...(queue !== undefined && { queueName: queue }),
    ...(automaticBackfill !== undefined && { automaticBackfill }),
  }
  const before = { cron: found.cron, timezone: found.timezone, queue: found.queue }
  try {
    await withIntent(
      database,
      'schedules update',
      { subject: name, before },
      () => withDbosClient(session.target, session.options, (dbos) => dbos.updateSchedule(name, updates)),
      () => ({ cron, timezone, queue, automaticBackfill }),
    )
  } catch (error) {
    if (isGone(name, error)) return 'not-found'
    throw error
  }
  return 'changed'
}

export async function deleteSchedule(database: Database, name: string): Promise<PlatformResult> {
  const { session } = database
  const found = await readSchedule(database, name)
  if (!found) return 'not-found'
  const { workflow, cron, timezone, queue, application } = found
  await withIntent(
    database,
    'schedules delete',
    { subject: name, before: { workflow, cron, timezone, queue, application } },
    () => withDbosClient(session.target, session.options, (dbos) => dbos.deleteSchedule(name)),
    () => ({}),
  )
  return 'changed'
}

/** Throws `invalid-argument`. */
async function refuseUnreadable({ cron, timezone }: Partial<ScheduleDefinition>): Promise<void> {
  const { validateCrontab, validateTimezone } = await import('@dbos-inc/dbos-sdk/internal/scheduler/crontab')
  try {
    if (cron !== undefined) validateCrontab(cron)
  } catch (error) {
    throw new CliError(
      'invalid-argument',
      `DBOS cannot read the cron expression "${cron}": ${reason(error)}.`,
      {
        hint: 'five fields, or six with the seconds first: "0 3 * * *" is daily at 3:00, "*/10 * * * * *" every ten seconds',
      },
    )
  }
  try {
    if (timezone) validateTimezone(timezone)
  } catch {
    throw new CliError('invalid-argument', `There is no time zone "${timezone}".`, {
      hint: 'write it as Europe/Paris, as America/New_York, or as UTC',
    })
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/[!.]$/, '').replace(/\bis a invalid\b/, 'is an invalid')
}
