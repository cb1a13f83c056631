import type { ApplicationVersion, Platform } from '../core/platform.ts'
import type { Session } from './connect.ts'
import { toFilledText } from './rows.ts'
import type { SystemSchema } from './schema.ts'

export function createPlatform(session: Session, schema: SystemSchema): Platform {
  return { versions: () => readVersions(session, schema) }
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
