import './name-navigator.ts'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { CliError } from '../../core/errors.ts'
import { parseExact } from '../../core/words/exact-number.ts'
import { isConnectionLoss, isStartingUp, toConnectError, toQueryError } from './failures.ts'
import { rememberStatements } from './missing-grant.ts'

export type Row = Record<string, unknown>

/** The query connection of a store: opened when first needed, opened again after it was lost, lent to one at a time. */
export interface Session {
  readonly target: DatabaseTarget
  /** For statements that may run twice: asked again where the connection turns out to have died since it was last used. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** Several statements in one round trip, their literals escaped. The rows of each. A connection that is silent for `silenceMs` is lost. */
  batch(sql: string, silenceMs: number): Promise<Row[][]>
  /** Commits what `use` did, or rolls it back when it throws. */
  transaction<Result>(use: (client: pg.ClientBase) => Promise<Result>): Promise<Result>
  /** Runs on each connection that replaces a lost one, before anything else does. */
  onReconnect(prepare: (client: pg.ClientBase) => Promise<void>): void
  isClosed(): boolean
  close(): Promise<void>
}

/** Postgres may compute for long, but a network that delivers nothing at all for as long as this is as good as gone. */
const silenceMs = 30_000
const startUpPollMs = 100
const goodbyeMs = 500

export function createSession(target: DatabaseTarget): Session {
  let connection: Promise<pg.Client> | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const closing = new AbortController()
  let prepare: ((client: pg.ClientBase) => Promise<void>) | undefined
  let unprepared: pg.Client | undefined
  let isFirst = true

  function openConnection(): Promise<pg.Client> {
    if (connection) return connection
    const opening = connect(target, closing.signal).then((client) => {
      unprepared = isFirst ? undefined : client
      isFirst = false
      return client
    })
    const forget = (): void => {
      if (connection === opening) connection = undefined
    }
    opening.then((client) => client.once('error', forget).once('end', forget), forget)
    connection = opening
    return opening
  }

  async function useConnection<Result>(
    use: (client: pg.Client) => Promise<Result>,
    longestSilenceMs = silenceMs,
  ): Promise<Result> {
    if (closing.signal.aborted)
      throw new CliError('connection-lost', `The connection to ${target.label} was closed.`)
    const client = await openConnection()
    const stopWatching = watchSilence(client, longestSilenceMs)
    try {
      if (client === unprepared) {
        await prepare?.(client)
        unprepared = undefined
      }
      return await use(client)
    } catch (error) {
      const failure = toQueryError(error, target, client)
      if (isConnectionLoss(failure)) {
        connection = undefined
        void disconnect(client)
      }
      throw failure
    } finally {
      stopWatching()
    }
  }

  function lend<Result>(
    use: (client: pg.Client) => Promise<Result>,
    { mayRepeat = false, longestSilenceMs = silenceMs } = {},
  ): Promise<Result> {
    const turn = queue.then(async () => {
      const isReused = connection !== undefined
      try {
        return await useConnection(use, longestSilenceMs)
      } catch (failure) {
        if (mayRepeat && isReused && isConnectionLoss(failure)) return useConnection(use, longestSilenceMs)
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
    batch: (sql, longestSilenceMs) =>
      lend(
        async (client) => {
          try {
            const results = await client.query<Row>(sql)
            return [results].flat().map(({ rows }) => rows)
          } catch (error) {
            if (!isConnectionLoss(toQueryError(error, target))) await client.query('rollback')
            throw error
          }
        },
        { longestSilenceMs },
      ),
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
    onReconnect: (given) => {
      prepare = given
    },
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
    rememberStatements(client)
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
      types: { getTypeParser },
    })
  } catch {
    // The cause would carry the URL, and with it the password.
    throw new CliError('invalid-configuration', 'The database URL cannot be read.', {
      hint: 'write it as postgresql://USER@HOST:PORT/DATABASE',
    })
  }
}

/** What is JSON keeps its digits; all else is as `pg` has it. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.JSONB || oid === pg.types.builtins.JSON
    ? parseExact
    : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser

/** Cuts a connection through which nothing came for `longestMs` while it was in use. Returns how to stop. */
function watchSilence(client: pg.Client, longestMs: number): () => void {
  let heard = streamOf(client)?.bytesRead
  const look = (): void => {
    const stream = streamOf(client)
    if (stream?.bytesRead === heard) stream?.destroy(new Error(`no answer within ${longestMs / 1000} s`))
    heard = stream?.bytesRead
  }
  const timer = setInterval(look, longestMs)
  return () => clearInterval(timer)
}

interface ByteStream {
  readonly bytesRead: number
  destroy(error?: Error): void
}

function streamOf(client: pg.Client): ByteStream | undefined {
  return (client as unknown as { connection?: { stream?: ByteStream } }).connection?.stream
}
