import { type Dirent, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { LocalStatus } from '../../core/embedded-database.ts'
import { wasCreated } from '../cluster/cluster.ts'
import { listDatabases } from '../cluster/databases.ts'
import type { Layout } from '../cluster/layout.ts'
import { onlookerName, otherClients } from '../presence/clients.ts'
import { isPinned } from '../presence/pin.ts'
import { livingPostmaster } from './postmaster.ts'
import { unusable } from './server-failure.ts'
import { connect, isDown, socketUrl } from './socket-connection.ts'
import { tcpUrl } from './tcp.ts'

const connectTimeoutMs = 5000

/** Looks without starting anything, and without keeping anything up. */
export async function inspect(layout: Layout, database: string): Promise<LocalStatus> {
  const running = livingPostmaster(layout.postmasterFile)
  const answer = running && (await askServer(layout))
  const exists = wasCreated(layout)
  return {
    state: answer ? 'up' : running?.state === 'starting' ? 'starting' : exists ? 'down' : 'absent',
    pid: running?.pid ?? null,
    version: answer?.version ?? null,
    url: answer ? socketUrl(layout.sockets, database) : null,
    tcpUrl: answer && running?.listensOnTcp ? tcpUrl(running.port, database, layout.password) : null,
    dataDirectory: layout.data,
    logFile: layout.log,
    sizeBytes: answer?.sizeBytes ?? (exists ? sizeOf(layout.data) : null),
    databases: answer?.databases ?? [],
    clients: answer?.clients ?? [],
    pinned: isPinned(layout.pin),
  }
}

interface Answer {
  readonly version: string
  readonly sizeBytes: number
  readonly databases: readonly string[]
  readonly clients: readonly string[]
}

async function askServer(layout: Layout): Promise<Answer | undefined> {
  try {
    const client = await connect({ layout, name: onlookerName, timeoutMs: connectTimeoutMs })
    try {
      // It counts its files faster than we do. Beside databases and WAL there is next to nothing.
      const { rows } = await client.query<{ version: string; bytes: string }>(
        `select current_setting('server_version') as version,
           (select coalesce(sum(pg_database_size(oid)), 0) from pg_database)
             + (select coalesce(sum(size), 0) from pg_ls_waldir()) as bytes`,
      )
      return {
        version: rows[0]?.version ?? '',
        sizeBytes: Number(rows[0]?.bytes),
        databases: await listDatabases(client),
        clients: await otherClients(client),
      }
    } finally {
      await client.end()
    }
  } catch (error) {
    if (isDown(error)) return undefined
    throw unusable(layout, error)
  }
}

/** Files may come and go meanwhile: what is gone counts nothing. */
function sizeOf(directory: string): number {
  let sum = 0
  for (const entry of entriesOf(directory)) {
    const file = path.join(directory, entry.name)
    sum += entry.isDirectory() ? sizeOf(file) : sizeOfFile(file)
  }
  return sum
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}

function sizeOfFile(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0
  } catch {
    return 0
  }
}
