import type pg from 'pg'
import type { Layout } from '../cluster/layout.ts'
import { connect } from '../server/socket-connection.ts'
import { lockPatiently } from './lock-patiently.ts'

/** Any number will do, as long as it is the same in every version: ASCII for `drov`. */
const presenceLock = 0x64726f76

/**
 * What keeps the server up for this process: a connection that holds a lock, shared with all other processes that use it.
 * Who stops the server takes the lock alone first, so it is either seen by who comes, or sees them.
 */
export interface Presence {
  readonly client: pg.Client
  /** Resolves when the connection is gone; true when somebody stopped the server in order. */
  readonly lost: Promise<boolean>
}

export async function enter(
  layout: Layout,
  timeoutMs: number,
  onNotice: (notice: string) => void = () => {},
): Promise<Presence> {
  const client = await connect({
    layout,
    name: `drover (process ${process.pid})`,
    timeoutMs,
  })
  let wasStopped = false
  client.on('error', (error) => {
    // The code is that of a crash as well. The server speaks English: it was created so.
    if (error.message.includes('administrator command')) wasStopped = true
  })
  const lost = new Promise<boolean>((resolve) => {
    client.once('end', () => resolve(wasStopped))
  })
  try {
    await lockPatiently(client, {
      statement: 'select pg_advisory_lock_shared($1)',
      key: presenceLock,
      waitsFor: 'another drover process that stops the embedded Postgres',
      onNotice,
    })
  } catch (error) {
    await client.end()
    throw error
  }
  return { client, lost }
}

/** True when nobody else was there: the server is then closed to whoever comes, until this connection ends. */
export async function takeExclusively({ client }: Presence): Promise<boolean> {
  const { rows } = await client.query<{ alone: boolean }>(
    'select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as alone',
    [presenceLock],
  )
  return rows[0]?.alone === true
}

/** True when somebody waits for it to open again. */
export async function isAwaited({ client }: Presence): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_locks where locktype = 'advisory' and objid = $1 and not granted`,
    [presenceLock],
  )
  return rowCount !== 0
}
