import type { ApplicationVersion, PlatformResult, VersionTotals } from '../../core/platform.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import { changeOnRecord } from '../record/find-recorder.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { pick } from '../tables/define-table.ts'
import { toFilledText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

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

/** Of more pages than these workflows are not counted. */
const mostPages = 500

export async function readVersionTotals({ session, schema }: Database): Promise<VersionTotals> {
  const w = workflowStatus.in(schema, 'w')
  const [{ pages = 0 } = {}] = await session.query(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages`,
    [String(workflowStatus.in(schema))],
  )
  const isEstimate = Number(pages) > mostPages
  const rows = isEstimate
    ? await session.query(
        `select value, round(share * greatest(c.reltuples, 0)) as count
         from pg_stats s
         join pg_class c on c.oid = $1::regclass,
         unnest(s.most_common_vals::text::text[], s.most_common_freqs) as common(value, share)
         where s.schemaname = $2 and s.tablename = $3 and s.attname = $4`,
        [
          String(workflowStatus.in(schema)),
          schema.name,
          workflowStatus.table,
          workflowStatus.columns.version,
        ],
      )
    : await session.query(
        `select ${w.version} as value, count(*) as count from ${w} where ${w.version} is not null group by 1`,
      )
  return { isEstimate, countByVersion: new Map(rows.map((row) => [String(row.value), Number(row.count)])) }
}

/** As DBOS itself does: the newest time stamp is the latest version. */
export async function promoteVersion(database: Database, version: string): Promise<PlatformResult> {
  const { schema } = database
  const v = applicationVersions.in(schema, 'v')
  const versions = await readVersions(database)
  const found = versions.find((one) => one.version === version)
  if (!found) return 'not-found'
  if (found.isLatest) return 'no-op'
  const latest = versions.find((one) => one.isLatest && one.application === found.application)
  return changeOnRecord(database, 'versions promote', async (client, record): Promise<PlatformResult> => {
    await client.query(
      `update ${v}
       set ${applicationVersions.columns.registeredAt} = greatest(
         (extract(epoch from clock_timestamp()) * 1000)::bigint,
         (select max(${v.registeredAt}) + 1 from ${v}))
       where ${v.version} = $1`,
      [version],
    )
    await record({ subject: version, before: { latest: latest?.version } })
    return 'changed'
  })
}
