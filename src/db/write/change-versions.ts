import type { ApplicationVersion, PlatformResult } from '../../core/platform.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import { writeOnce } from '../connection/write-once.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { pick } from '../tables/define-table.ts'
import { toFilledText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'

export async function readVersions({ session, schema }: Database): Promise<ApplicationVersion[]> {
  const v = applicationVersions.in(schema, 'v')
  if (!applicationVersions.isIn(schema)) return []
  const rows = await session.query(
    `select ${pick(v, ['version', 'application', 'registeredAt'])},
       ${v.registeredAt} = max(${v.registeredAt}) over (partition by ${v.application}) as is_latest
     from ${v} order by ${v.registeredAt} desc, ${v.version}`,
  )
  return rows.map((row) => ({
    version: String(row.version),
    application: toFilledText(row.application),
    registeredAt: dateOfMs(row.registeredAt as string),
    isLatest: row.is_latest === true,
  }))
}

/** As DBOS itself does: the newest time stamp is the latest version. */
export async function promoteVersion(database: Database, version: string): Promise<PlatformResult> {
  const { session, schema } = database
  const v = applicationVersions.in(schema, 'v')
  const versions = await readVersions(database)
  const found = versions.find((one) => one.version === version)
  if (!found) return 'not-found'
  if (found.isLatest) return 'no-op'
  await writeOnce(
    session,
    `update ${v}
     set ${applicationVersions.columns.registeredAt} = greatest(
       (extract(epoch from clock_timestamp()) * 1000)::bigint,
       (select max(${v.registeredAt}) + 1 from ${v}))
     where ${v.version} = $1`,
    [version],
  )
  return 'changed'
}
