import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { waitUntil } from './wait-until.ts'

const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer']

/** Undefined where it is not installed (Debian: `apt-get install pgbouncer`). */
const pgbouncerPath = places.find((place) => existsSync(place))

/** In CI no test of it is skipped: without it they fail. */
export const skipsPgBouncer = pgbouncerPath === undefined && process.env.CI !== 'true'

export interface PgBouncer {
  /** The same database, through the pooler in transaction mode. */
  urlOf(url: string): string
  stop(): Promise<void>
}

/** A real PgBouncer before the server of `serverUrl`, which is reached through a Unix socket. */
export async function startPgBouncer(serverUrl: string): Promise<PgBouncer> {
  if (!pgbouncerPath) throw new Error('PgBouncer is not installed, as CI has to: apt-get install pgbouncer')
  const server = new URL(serverUrl)
  const socketDirectory = server.searchParams.get('host') ?? ''
  const port = await freePort()
  const folder = await mkdtemp(path.join(os.tmpdir(), 'drover-pooler-'))
  await chmod(folder, 0o755)
  const file = path.join(folder, 'pgbouncer.ini')
  await writeFile(
    file,
    `[databases]
* = host=${socketDirectory} port=${server.port || 5432} user=${server.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
`,
    { mode: 0o644 },
  )
  const child = spawn(pgbouncerPath, ['-q', file], { stdio: 'ignore', ...ownerOf(socketDirectory) })
  await waitUntil('the pooler answers', () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer exited with ${child.exitCode}`)
    return canConnect(port)
  })
  return {
    urlOf: (url) => {
      const through = new URL(url)
      through.searchParams.delete('host')
      through.host = `127.0.0.1:${port}`
      return through.href
    },
    stop: async () => {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** It refuses to run as root, and only the server's own user may enter the directory of its socket. */
function ownerOf(directory: string): { uid?: number; gid?: number; cwd?: string } {
  if (process.getuid?.() !== 0) return {}
  const { uid, gid } = statSync(directory)
  return { uid, gid, cwd: '/' }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
