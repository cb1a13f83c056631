import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import pg, { type ClientBase } from 'pg'
import { hangUp } from '../../core/client/client-stream.ts'
import { guardClient } from '../../core/client/guard-client.ts'
import type { DatabaseTarget } from '../../core/database.ts'
import { droverSession } from '../../core/dbos-names.ts'
import { CliError } from '../../core/errors.ts'
import { restoreDigits } from '../../core/words/exact-number.ts'
import { startTimer } from '../../core/words/long-timer.ts'
import { goodbyeMs, type SessionOptions, usualSilenceMs } from './connect.ts'
import { toQueryError } from './failures.ts'
import { rememberStatements } from './missing-grant.ts'
import { watchSilence } from './watch-silence.ts'

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
  options: SessionOptions,
  use: (dbos: DBOSClient) => Promise<Result>,
): Promise<Result> {
  // Its transactions are its own, and nobody makes them read-only.
  if (target.isReadOnly) throw new CliError('read-only', `${target.label} is not to be changed.`)
  const pool = createPool(target)
  const lost = createLoss(pool, target, options)
  try {
    const dbos = await createClientOn(pool, target)
    return await Promise.race([use(dbos), lost.promise])
  } catch (error) {
    throw toQueryError(error, target, lost.client())
  } finally {
    await lost.close()
  }
}

interface Loss {
  /** Rejects once there is no connection within the time for it, or the one that there was is lost or silent. */
  readonly promise: Promise<never>
  client(): pg.Client | undefined
  close(): Promise<void>
}

/** The client itself goes on for ever on a connection that is lost. */
function createLoss(pool: pg.Pool, target: DatabaseTarget, options: SessionOptions): Loss {
  let client: pg.Client | undefined
  let stopWatching = (): void => {}
  let fail = (_: unknown): void => {}
  const promise = new Promise<never>((_, reject) => {
    fail = reject
  })
  promise.catch(() => {})
  const stopTimer = startTimer(() => fail(new Error('timeout expired')), target.connectTimeoutMs)
  pool.on('error', fail)
  pool.on('connect', (connected) => {
    stopTimer()
    stopWatching()
    client = connected as pg.Client
    rememberStatements(client)
    client.on('error', fail)
    stopWatching = watchSilence(client, options.silenceMs ?? usualSilenceMs, options.interrupt)
  })
  return {
    promise,
    client: () => client,
    close: async () => {
      stopTimer()
      stopWatching()
      const stopWaiting = startTimer(() => client && hangUp(client), goodbyeMs)
      await pool.end()
      stopWaiting()
    },
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

function createPool(target: DatabaseTarget): pg.Pool {
  const { url, connectTimeoutMs } = target
  return new pg.Pool({
    Client: class extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super(config)
        guardClient(this, target)
      }
    },
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: droverSession,
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
