import type { PlatformResult, Schedule } from '../../core/platform.ts'
import type { Row } from '../connection/connect.ts'
import { withDbosClient } from '../connection/dbos-client.ts'
import { changeOnRecord, withIntent } from '../record/find-recorder.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowSchedules } from '../tables/workflow-schedules.ts'
import { explainFiring, hasSchedule, requireFiring } from './client-schedules.ts'

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
    // Locked, so that what is said of it is true of what others did meanwhile.
    const { rows } = await client.query<Row>(
      `select ${s.status} = $2 as is_so from ${s} where ${s.name} = $1 for update`,
      [name, status],
    )
    const [found] = rows
    if (!found) return 'not-found'
    if (found.is_so === true) return 'no-op'
    await client.query(`update ${s} set ${workflowSchedules.columns.status} = $2 where ${s.name} = $1`, [
      name,
      status,
    ])
    await record({ subject: name, before: { status: status === 'PAUSED' ? 'ACTIVE' : 'PAUSED' } })
    return 'changed'
  })
}

export async function triggerSchedule(database: Database, name: string): Promise<string | undefined> {
  const { session, schema } = database
  if (!(await hasSchedule(database, name))) return undefined
  requireFiring(schema)
  return explainFiring(name, () =>
    withIntent(
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
    ),
  )
}
