import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { DatabaseTarget } from '../core/database.ts'
import { quoteIdentifier } from './slot/own-connection.ts'

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
  const table = `${quoteIdentifier(schema)}.application_versions`
  await pool.query(
    `insert into ${table} (version_id, version_name, application_name, version_timestamp)
     select $1, $2, $3, max(version_timestamp) - 1 from ${table}
     where application_name = $3 or application_name is null
     -- One that nobody owns yet is claimed by the launch, as it is.
     having count(*) > 0 and count(*) filter (where version_name = $2) = 0
     on conflict do nothing`,
    [randomUUID(), version, application],
  )
}
