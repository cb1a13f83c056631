import { readdir, stat } from 'node:fs/promises'
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
    sizeBytes: exists ? await sizeOf(layout.data) : null,
    databases: answer?.databases ?? [],
    clients: answer?.clients ?? [],
    pinned: isPinned(layout.pin),
  }
}

interface Answer {
  readonly version: string
  readonly databases: readonly string[]
  readonly clients: readonly string[]
}

async function askServer(layout: Layout): Promise<Answer | undefined> {
  try {
    const client = await connect({ layout, name: onlookerName, timeoutMs: connectTimeoutMs })
    try {
      const { rows } = await client.query<{ server_version: string }>('show server_version')
      return {
        version: rows[0]?.server_version ?? '',
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
async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(directory, entry.name)
      if (entry.isDirectory()) return await sizeOf(file)
      return await stat(file).then(
        ({ size }) => size,
        () => 0,
      )
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
