import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import pg, { type ClientBase } from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { restoreDigits } from '../../core/words/exact-number.ts'
import { toQueryError } from './failures.ts'
import { rememberStatements } from './missing-grant.ts'

/**
 * DBOS's own client, for what it writes in a transaction of ours. Its pool is ours and is never used: the client retries
 * for ever on a database that does not answer. The SDK costs 70 ms to import, so only writes do.
 */
export async function createDbosClient(target: DatabaseTarget): Promise<DBOSClient> {
  return createClientOn(createPool(target), target)
}

/** The same client for what it does in transactions of its own, on a connection that is closed afterwards. */
export async function withDbosClient<Result>(
  target: DatabaseTarget,
  use: (dbos: DBOSClient) => Promise<Result>,
): Promise<Result> {
  const pool = createPool(target)
  let client: pg.Client | undefined
  pool.on('error', () => {})
  pool.on('connect', (connected) => {
    client = connected as pg.Client
    rememberStatements(client)
  })
  try {
    return await use(await createClientOn(pool, target))
  } catch (error) {
    throw toQueryError(error, target, client)
  } finally {
    await pool.end()
  }
}

/** For values of ours that the SDK writes through it: their numbers arrive to the last digit. */
export function keepingDigits(client: ClientBase): ClientBase {
  const query = (sql: string, parameters: readonly unknown[] = []) =>
    client.query(
      sql,
      parameters.map((one) => (typeof one === 'string' ? restoreDigits(one) : one)),
    )
  return Object.create(client, { query: { value: query } })
}

function createPool({ url, connectTimeoutMs }: DatabaseTarget): pg.Pool {
  return new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'drover',
  })
}

async function createClientOn(pool: pg.Pool, target: DatabaseTarget): Promise<DBOSClient> {
  const { DBOSClient } = await import('@dbos-inc/dbos-sdk')
  const silent = (): void => {}
  return DBOSClient.create({
    systemDatabaseUrl: target.url,
    systemDatabaseSchemaName: target.schema,
    systemDatabasePool: pool,
    logger: { info: silent, debug: silent, warn: silent, error: silent },
  })
}
