import type { ApplicationVersion, Platform, PlatformResult } from '../../core/platform.ts'
import type { Session } from '../connection/connect.ts'
import { writeOnce } from '../connection/write-once.ts'
import { toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { createQueue, deleteQueue, readQueues, setQueue } from './change-queues.ts'
import { readSchedules, setSchedule, triggerSchedule } from './change-schedules.ts'

export function createPlatform(session: Session, schema: SystemSchema): Platform {
  return {
    versions: () => readVersions(session, schema),
    promoteVersion: (version) => promoteVersion(session, schema, version),
    queues: () => readQueues(session, schema),
    createQueue: (name, application, settings) => createQueue(session, schema, name, application, settings),
    setQueue: (name, settings) => setQueue(session, schema, name, settings),
    deleteQueue: (name) => deleteQueue(session, schema, name),
    schedules: () => readSchedules(session, schema),
    setSchedule: (name, status) => setSchedule(session, schema, name, status),
    triggerSchedule: (name) => triggerSchedule(session, schema, name),
  }
}

async function readVersions(session: Session, schema: SystemSchema): Promise<ApplicationVersion[]> {
  if (!schema.has('application_versions')) return []
  const application = schema.column('application_versions', 'application_name', 'v')
  const rows = await session.query(
    `select v.version_name, ${application} as application, v.version_timestamp,
       v.version_timestamp = max(v.version_timestamp) over (partition by ${application}) as is_latest
     from ${schema.table('application_versions')} v order by v.version_timestamp desc, v.version_name`,
  )
  return rows.map((row) => ({
    version: String(row.version_name),
    application: toFilledText(row.application),
    registeredAt: new Date(Number(row.version_timestamp)),
    isLatest: row.is_latest === true,
  }))
}

/** As DBOS itself does: the newest time stamp is the latest version. */
async function promoteVersion(
  session: Session,
  schema: SystemSchema,
  version: string,
): Promise<PlatformResult> {
  const versions = await readVersions(session, schema)
  const found = versions.find((one) => one.version === version)
  if (!found) return 'not-found'
  if (found.isLatest) return 'no-op'
  await writeOnce(
    session,
    `update ${schema.table('application_versions')}
     set version_timestamp = greatest(
       (extract(epoch from clock_timestamp()) * 1000)::bigint,
       (select max(version_timestamp) + 1 from ${schema.table('application_versions')}))
     where version_name = $1`,
    [version],
  )
  return 'changed'
}
