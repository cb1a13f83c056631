import type { TimeRange } from '../../core/platform.ts'
import { withDbosClient } from '../connection/dbos-client.ts'
import { withIntent } from '../record/find-recorder.ts'
import type { Database } from '../tables/system-database.ts'
import { explainFiring, requireFiring, requireSchedules } from './client-schedules.ts'
import { readSchedule, readScheduleTimes } from './read-schedules.ts'

/** After so many runs it is looked whether to go on. */
const atOnce = 50

export async function backfillSchedule(
  database: Database,
  name: string,
  { since, until }: TimeRange,
  signal?: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { session, schema } = database
  const schedule = await readSchedule(database, name)
  if (!schedule) return undefined
  requireSchedules(schema, 'backfilled')
  requireFiring(schema)
  const backfill = () =>
    withDbosClient(session.target, session.options, async (dbos) => {
      const started: string[] = []
      for (let from = since; !signal?.aborted; ) {
        const times = await readScheduleTimes(database, schedule, { since: from, until, limit: atOnce })
        const last = times.at(-1)
        if (!last) break
        // The client leaves out both ends.
        const [start, end] = [new Date(from.getTime() - 1), new Date(last.getTime() + 1)]
        const handles = await dbos.backfillSchedule(name, start, end)
        started.push(...handles.map(({ workflowID }) => workflowID))
        from = end
      }
      return started
    })
  return explainFiring(name, () =>
    withIntent(
      database,
      'schedules backfill',
      { subject: name, before: { since, until } },
      backfill,
      (started) => ({ runs: started.length }),
    ),
  )
}
