import pg from 'pg'
import type { Layout } from '../cluster/layout.ts'
import { lockPatienceMs } from '../presence/lock-patiently.ts'
import { assertOwnSocket } from './socket.ts'
import { socketPort, superuser } from './spawn-server.ts'

/** The form that libpq, `pg` and the DBOS SDK all read; port and sslmode are named so that `PGPORT` and `PGSSLMODE` change nothing. */
export function socketUrl(directory: string, database: string): string {
  const url = new URL(`postgresql://${superuser}@localhost:${socketPort}/${encodeURIComponent(database)}`)
  const host = encodeURIComponent(directory).replaceAll('%2F', '/')
  return `${url.href}?host=${host}&sslmode=disable`
}

interface ConnectOptions {
  readonly layout: Layout
  readonly name: string
  readonly timeoutMs: number
}

/** To the maintenance database, which is never dropped. */
export async function connect(options: ConnectOptions): Promise<pg.Client> {
  assertOwnSocket(options.layout)
  const client = new pg.Client({
    connectionString: socketUrl(options.layout.sockets, 'postgres'),
    application_name: options.name,
    connectionTimeoutMillis: options.timeoutMs,
    lock_timeout: lockPatienceMs,
  })
  // Without a listener a connection that breaks while idle would end the process.
  client.on('error', () => {})
  await client.connect()
  return client
}

const downCodes = [
  // Nobody listens, or hung up on us.
  ...['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'],
  // Stopped or crashed while we talked, or about to.
  ...['57P01', '57P02', '57P03'],
]

/** True where the server is down, coming or going: to be tried again, or started. */
export function isDown(error: unknown): boolean {
  const { code = '', message } = error as { code?: string; message: string }
  return downCodes.includes(code) || /^Connection terminated( unexpectedly)?$|not queryable$/.test(message)
}
