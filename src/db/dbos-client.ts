import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import type { DatabaseTarget } from '../core/store.ts'

/**
 * DBOS's own client, for what it writes in a transaction of ours. Its pool is ours and is never used: the client retries
 * for ever on a database that does not answer. The SDK costs 70 ms to import, so only writes do.
 */
export async function createDbosClient(target: DatabaseTarget): Promise<DBOSClient> {
  const { DBOSClient } = await import('@dbos-inc/dbos-sdk')
  const silent = (): void => {}
  return DBOSClient.create({
    systemDatabaseUrl: target.url,
    systemDatabaseSchemaName: target.schema,
    systemDatabasePool: new pg.Pool({
      connectionString: target.url,
      max: 1,
      connectionTimeoutMillis: target.connectTimeoutMs,
    }),
    logger: { info: silent, debug: silent, warn: silent, error: silent },
  })
}
