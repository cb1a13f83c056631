import type { ApplicationVersion, PlatformResult } from '../../core/platform.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import { writeOnce } from '../connection/write-once.ts'
import type { Database } from '../tables/database.ts'
import { toFilledText } from '../tables/rows.ts'

export async function readVersions({ session, schema }: Database): Promise<ApplicationVersion[]> {
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
    registeredAt: dateOfMs(row.version_timestamp as string),
    isLatest: row.is_latest === true,
  }))
}

/** As DBOS itself does: the newest time stamp is the latest version. */
export async function promoteVersion(database: Database, version: string): Promise<PlatformResult> {
  const { session, schema } = database
  const versions = await readVersions(database)
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
