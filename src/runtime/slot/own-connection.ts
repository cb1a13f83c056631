import pg from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { CliError } from '../../core/errors.ts'
import { guardClient } from '../../core/guard-client.ts'

/** A connection of our own beside DBOS's pool. Throws `database-unreachable`, `permission-denied`. */
export async function connect(target: DatabaseTarget, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: urlWithout(target.url, 'application_name'),
    connectionTimeoutMillis: target.connectTimeoutMs,
    application_name: applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  // A lost connection shows in the next query, or as `end`; without a listener it would end the process.
  client.on('error', () => {})
  guardClient(client, target)
  try {
    await client.connect()
    return client
  } catch (cause) {
    await client.end().catch(() => {})
    throw toConnectionError(target, cause)
  }
}

export async function withConnection<Result>(
  target: DatabaseTarget,
  applicationName: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(target, applicationName)
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * The URL in the form that DBOS insists on: with the user, host and database that pg would take from the environment,
 * and without an `application_name` that would hide the executor from those who look for it.
 */
export function toDbosUrl(target: DatabaseTarget): string {
  const { user, password, host, port, database } = new pg.Client({ connectionString: target.url })
  const url = new URL(urlWithout(target.url, 'application_name', 'user', 'password'))
  if (!url.hostname) {
    url.hostname = 'localhost'
    url.port = String(port)
    if (!url.searchParams.has('host')) url.searchParams.set('host', host)
  }
  // In the place where DBOS masks it when it prints the URL.
  url.username = encodeURIComponent(user ?? 'postgres')
  if (password) url.password = encodeURIComponent(password)
  if (url.pathname.length <= 1) url.pathname = `/${database ?? user ?? 'postgres'}`
  if (!url.searchParams.has('connect_timeout')) {
    url.searchParams.set('connect_timeout', String(Math.ceil(target.connectTimeoutMs / 1000)))
  }
  return url.href
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function urlWithout(text: string, ...parameters: readonly string[]): string {
  const url = new URL(text)
  for (const parameter of parameters) url.searchParams.delete(parameter)
  return url.href
}

function toConnectionError(target: DatabaseTarget, cause: unknown): CliError {
  if (cause instanceof CliError) return cause
  const sqlState = cause instanceof pg.DatabaseError ? cause.code : undefined
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  const refused = sqlState?.startsWith('28') || sqlState === '42501'
  return new CliError(
    refused ? 'permission-denied' : 'database-unreachable',
    `Cannot connect to ${target.label}: ${reason}.`,
    { cause },
  )
}
