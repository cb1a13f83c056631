import './name-navigator.ts'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { CliError } from '../core/errors.ts'
import type { DatabaseTarget } from '../core/store.ts'
import { isConnectionLoss, isStartingUp, toConnectError, toQueryError } from './failures.ts'

export type Row = Record<string, unknown>

/** The query connection of a store: opened when first needed, opened again after it was lost, lent to one at a time. */
export interface Session {
  readonly target: DatabaseTarget
  /** For statements that may run twice: asked again where the connection turns out to have died since it was last used. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** Several statements in one round trip, their literals escaped. The rows of each. */
  batch(sql: string, timeoutMs: number): Promise<Row[][]>
  /** Commits what `use` did, or rolls it back when it throws. */
  transaction<Result>(use: (client: pg.ClientBase) => Promise<Result>): Promise<Result>
  isClosed(): boolean
  close(): Promise<void>
}

const queryTimeoutMs = 30_000
const startUpPollMs = 100
const goodbyeMs = 500

export function createSession(target: DatabaseTarget): Session {
  let connection: Promise<pg.Client> | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const closing = new AbortController()

  function openConnection(): Promise<pg.Client> {
    if (connection) return connection
    const opening = connect(target, closing.signal)
    const forget = (): void => {
      if (connection === opening) connection = undefined
    }
    opening.then((client) => client.once('error', forget).once('end', forget), forget)
    connection = opening
    return opening
  }

  async function useConnection<Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> {
    if (closing.signal.aborted)
      throw new CliError('connection-lost', `The connection to ${target.label} was closed.`)
    const client = await openConnection()
    try {
      return await use(client)
    } catch (error) {
      const failure = toQueryError(error, target)
      if (isConnectionLoss(failure)) {
        connection = undefined
        void disconnect(client)
      }
      throw failure
    }
  }

  function lend<Result>(
    use: (client: pg.Client) => Promise<Result>,
    { mayRepeat = false } = {},
  ): Promise<Result> {
    const turn = queue.then(async () => {
      const isReused = connection !== undefined
      try {
        return await useConnection(use)
      } catch (failure) {
        if (mayRepeat && isReused && isConnectionLoss(failure)) return useConnection(use)
        throw failure
      }
    })
    queue = turn.catch(() => {})
    return turn
  }

  return {
    target,
    query: (sql, parameters) =>
      lend(async (client) => (await client.query<Row>(sql, parameters?.slice())).rows, { mayRepeat: true }),
    batch: (sql, timeoutMs) =>
      lend(async (client) => {
        try {
          const statements = { text: sql, query_timeout: timeoutMs }
          const results = (await client.query(statements)) as unknown as pg.QueryResult<Row>[]
          return results.map(({ rows }) => rows)
        } catch (error) {
          if (!isConnectionLoss(toQueryError(error, target))) await client.query('rollback')
          throw error
        }
      }),
    transaction: (use) =>
      lend(async (client) => {
        await client.query('begin')
        try {
          const result = await use(client)
          await client.query('commit')
          return result
        } catch (error) {
          if (!isConnectionLoss(toQueryError(error, target))) await client.query('rollback')
          throw error
        }
      }),
    isClosed: () => closing.signal.aborted,
    close: async () => {
      closing.abort()
      const client = await connection?.catch(() => undefined)
      if (client) await disconnect(client)
    },
  }
}

/** A connection of drover's. Throws `database-unreachable` or `permission-denied` within `connectTimeoutMs`. */
export async function connect(target: DatabaseTarget, signal: AbortSignal): Promise<pg.Client> {
  const deadlineMs = Date.now() + target.connectTimeoutMs
  for (;;) {
    const client = createClient(target, Math.max(1, deadlineMs - Date.now()))
    const giveUp = (): void => streamOf(client)?.destroy()
    client.on('error', () => {})
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await client.connect()
      return client
    } catch (error) {
      const canRetry = isStartingUp(error) && Date.now() + startUpPollMs < deadlineMs && !signal.aborted
      if (!canRetry) throw toConnectError(error, target)
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
    await delay(startUpPollMs)
  }
}

/** Says goodbye, and hangs up when nobody answers. */
export async function disconnect(client: pg.Client): Promise<void> {
  const hangUp = setTimeout(() => streamOf(client)?.destroy(), goodbyeMs)
  try {
    await client.end()
  } catch {
    streamOf(client)?.destroy()
  } finally {
    clearTimeout(hangUp)
  }
}

function createClient(target: DatabaseTarget, connectionTimeoutMillis: number): pg.Client {
  try {
    return new pg.Client({
      connectionString: target.url,
      application_name: 'drover',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis,
      query_timeout: queryTimeoutMs,
    })
  } catch {
    // The cause would carry the URL, and with it the password.
    throw new CliError('invalid-configuration', 'The database URL cannot be read.', {
      hint: 'write it as postgresql://USER@HOST:PORT/DATABASE',
    })
  }
}

function streamOf(client: pg.Client): { destroy(): void } | undefined {
  return (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream
}
