import './name-navigator.ts'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { hangUp } from '../../core/client/client-stream.ts'
import { guardClient } from '../../core/client/guard-client.ts'
import type { DatabaseTarget } from '../../core/database.ts'
import { droverSession } from '../../core/dbos-names.ts'
import { CliError } from '../../core/errors.ts'
import { parseExact } from '../../core/words/exact-number.ts'
import { dateOrText } from '../../core/words/far-date.ts'
import { withoutParameters } from '../../core/words/postgres-url.ts'
import { type Collected, collectCopy } from './collect-copy.ts'
import { isConnectionLoss, isSilence, isStartingUp, toConnectError, toQueryError } from './failures.ts'
import { rememberStatements } from './missing-grant.ts'
import { isOptionRefused, keepReadOnly, withReadOnlyOption } from './read-only.ts'
import { bytesRead, watchSilence } from './watch-silence.ts'

export type Row = Record<string, unknown>

/** The query connection of a store: opened when first needed, opened again after it was lost, lent to one at a time. */
export interface Session {
  readonly target: DatabaseTarget
  readonly options: SessionOptions
  /** For statements that may run twice: asked again where the connection turns out to have died since it was last used. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** Collects the rows of a `select`, its literals escaped, as `collectCopy` does; may run twice as well. */
  copy(select: string, into: Collected): Promise<void>
  /** Several statements in one round trip, their literals escaped. The rows of each. A connection that is silent for `silenceMs` is lost. */
  batch(sql: string, silenceMs: number, moments?: Moments): Promise<Row[][]>
  /** Commits what `use` did, or rolls it back when it throws. */
  transaction<Result>(use: (client: pg.ClientBase) => Promise<Result>): Promise<Result>
  /** Runs on each connection that replaces a lost one, before anything else does. */
  onReconnect(prepare: (client: pg.ClientBase) => Promise<void>): void
  /** How many bytes have come through the connection there is. */
  bytesRead(): number
  isClosed(): boolean
  close(): Promise<void>
}

/** What becomes of statements that stand in line for the connection. */
export interface Moments {
  /** They are next. */
  onTurn?(): void
  /** They are sent, through a connection that is there. */
  onSent?(): void
}

const startUpPollMs = 100
export const goodbyeMs = 500

export interface SessionOptions {
  /** Postgres may compute for long, but a network that delivers nothing at all for as long as this is as good as gone. */
  readonly silenceMs?: number
  /** Once it is aborted a silence of a second is enough. */
  readonly interrupt?: AbortSignal
}

export const usualSilenceMs = 30_000

export function createSession(
  target: DatabaseTarget,
  { silenceMs = usualSilenceMs, interrupt }: SessionOptions = {},
): Session {
  let connection: Promise<pg.Client> | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const closing = new AbortController()
  let prepare: ((client: pg.ClientBase) => Promise<void>) | undefined
  let unprepared: pg.Client | undefined
  let isFirst = true
  let latest: pg.Client | undefined

  function openConnection(): Promise<pg.Client> {
    if (connection) return connection
    const opening = connect(target, closing.signal).then((client) => {
      unprepared = isFirst ? undefined : client
      isFirst = false
      latest = client
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
    const stopWatching = watchSilence(client, longestSilenceMs, interrupt)
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
    { mayRepeat = false, longestSilenceMs = silenceMs, onTurn = () => {} } = {},
  ): Promise<Result> {
    const turn = queue.then(async () => {
      onTurn()
      const isReused = connection !== undefined
      try {
        return await useConnection(use, longestSilenceMs)
      } catch (failure) {
        if (mayRepeat && isReused && isConnectionLoss(failure) && !isSilence(failure))
          return useConnection(use, longestSilenceMs)
        throw failure
      }
    })
    queue = turn.catch(() => {})
    return turn
  }

  return {
    target,
    options: { silenceMs, interrupt },
    query: (sql, parameters) =>
      lend(async (client) => (await client.query<Row>(sql, parameters?.slice())).rows, { mayRepeat: true }),
    copy: (select, into) => lend((client) => collectCopy(client, select, into), { mayRepeat: true }),
    batch: (sql, longestSilenceMs, moments = {}) =>
      lend(
        async (client) => {
          moments.onSent?.()
          try {
            const results = await client.query<Row>(sql)
            return [results].flat().map(({ rows }) => rows)
          } catch (error) {
            if (!isConnectionLoss(toQueryError(error, target))) await client.query('rollback')
            throw error
          }
        },
        { longestSilenceMs, onTurn: moments.onTurn },
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
    bytesRead: () => (latest ? bytesRead(latest) : 0),
    isClosed: () => closing.signal.aborted,
    close: async () => {
      closing.abort()
      const client = await connection?.catch(() => undefined)
      if (client) await disconnect(client)
    },
  }
}

/** A connection of drover's. Throws `database-unreachable` or `permission-denied` within `connectTimeoutMs`. */
export async function connect(
  target: DatabaseTarget,
  signal: AbortSignal = new AbortController().signal,
  sessionName = droverSession,
): Promise<pg.Client> {
  const deadlineMs = Date.now() + target.connectTimeoutMs
  let url = target.isReadOnly ? withReadOnlyOption(target.url) : target.url
  for (;;) {
    const client = createClient({ ...target, url }, sessionName, Math.max(1, deadlineMs - Date.now()))
    const giveUp = (): void => hangUp(client)
    client.on('error', () => {})
    signal.addEventListener('abort', giveUp, { once: true })
    rememberStatements(client)
    guardClient(client, target)
    try {
      await client.connect()
      if (target.isReadOnly) await keepReadOnly(client)
      return client
    } catch (error) {
      if (url !== target.url && isOptionRefused(error)) {
        url = target.url
        continue
      }
      const canRetry = isStartingUp(error) && Date.now() + startUpPollMs < deadlineMs && !signal.aborted
      if (!canRetry) throw toConnectError(error, target, client)
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
    await delay(startUpPollMs)
  }
}

interface LendOptions {
  readonly signal?: AbortSignal
  readonly silenceMs?: number
  /** Once it is aborted a silence of a second is enough. */
  readonly interrupt?: AbortSignal
  /** True while Postgres waits for what drover will send. */
  readonly isOurTurn?: () => boolean
  readonly sessionName?: string
}

/**
 * Lends a connection of its own, for what waits for nothing on it but answers. Cuts it when it is silent for `silenceMs`, which
 * is `Infinity` for one that holds a lock meanwhile.
 */
export async function withConnection<Result>(
  target: DatabaseTarget,
  { signal, silenceMs = usualSilenceMs, interrupt, isOurTurn, sessionName }: LendOptions,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(target, signal, sessionName)
  const stopWatching =
    silenceMs === Infinity ? () => {} : watchSilence(client, silenceMs, interrupt, isOurTurn)
  try {
    return await use(client)
  } catch (error) {
    throw toQueryError(error, target, client)
  } finally {
    stopWatching()
    await disconnect(client)
  }
}

/** Says goodbye, and hangs up when nobody answers. */
export async function disconnect(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => hangUp(client), goodbyeMs)
  try {
    await client.end()
  } catch {
    hangUp(client)
  } finally {
    clearTimeout(timer)
  }
}

function createClient(
  { url }: DatabaseTarget,
  sessionName: string,
  connectionTimeoutMillis: number,
): pg.Client {
  try {
    return new pg.Client({
      // What the URL says would go before what we say, and sessions are told by their names.
      connectionString: url.includes('application_name') ? withoutParameters(url, 'application_name') : url,
      application_name: sessionName,
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

/** What is JSON keeps its digits, and a time that is none its text; all else is as `pg` has it. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  const { JSON: json, JSONB, TIMESTAMPTZ } = pg.types.builtins
  if (oid === JSONB || oid === json) return parseExact
  const parse = pg.types.getTypeParser(oid, format)
  return oid === TIMESTAMPTZ ? (text: string) => dateOrText(parse(text), text) : parse
}) as typeof pg.types.getTypeParser
