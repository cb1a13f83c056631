import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { DatabaseTarget } from '../core/database.ts'
import { applicationVersions } from '../db/tables/application-versions.ts'
import { launchedSchema } from '../db/tables/schema.ts'

interface LaunchedVersion {
  readonly application: string
  readonly version: string
}

/**
 * Registers a version that is about to be launched as older than the latest one of its application, so that the launch,
 * which leaves a registered version as it is, takes no work away from those who run the latest. Does nothing where the
 * application has no version yet: the first one is the latest.
 */
export async function registerAsOlder(
  pool: pg.Pool,
  { schema }: Pick<DatabaseTarget, 'schema'>,
  { application, version }: LaunchedVersion,
): Promise<void> {
  const tables = launchedSchema(schema)
  const v = applicationVersions.in(tables, 'v')
  const { names, values } = applicationVersions.insert(tables, {
    id: '$1',
    version: '$2',
    application: '$3',
    registeredAt: `max(${v.registeredAt}) - 1`,
  })
  await pool.query(
    `insert into ${applicationVersions.in(tables)} (${names})
     select ${values} from ${v}
     where ${v.application} = $3 or ${v.application} is null
     -- One that nobody owns yet is claimed by the launch, as it is.
     having count(*) > 0 and count(*) filter (where ${v.version} = $2) = 0
     on conflict do nothing`,
    [randomUUID(), version, application],
  )
}
