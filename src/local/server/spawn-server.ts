import { spawn } from 'node:child_process'
import { closeSync, lstatSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Layout } from '../cluster/layout.ts'
import type { ServerUser } from '../cluster/server-user.ts'
import { lastLines, logSize, openLog, readLog } from './log.ts'
import { isLiving, type Postmaster, readPostmaster, signalPostmaster } from './postmaster.ts'

export const superuser = 'drover'
export const socketPort = 5432

/** Nothing of the user's own: no PG variables, no locale that is not there. */
export const serverEnvironment = { LC_ALL: 'C', TZ: 'UTC' }

const pollIntervalMs = 3

/** Small in memory, as durable as the defaults: a step that was reported done survives a crash and a power cut. */
const leanSettings: Readonly<Record<string, string>> = {
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  io_method: 'sync',
  log_checkpoints: 'off',
  cluster_name: 'drover',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

export interface SpawnOptions {
  readonly layout: Layout
  readonly tree: string
  readonly user: ServerUser
  readonly tcpPort: number | null
  /** Over the lean ones. */
  readonly settings: Readonly<Record<string, string>>
}

/** `exited` with the lines that the server left in its log, the last of them the reason. */
export type SpawnOutcome =
  | { readonly outcome: 'ready' }
  | { readonly outcome: 'exited'; readonly log: string }

/** Starts the server so that it outlives this process and its terminal, and waits until it takes connections. */
export async function spawnServer(options: SpawnOptions): Promise<SpawnOutcome> {
  const { layout, user } = options
  const logged = logSize(layout.log)
  linkSocket(layout, options.tcpPort)
  const log = openLog(layout.log)
  const child = spawn(path.join(options.tree, 'bin/postgres'), flagsOf(options), {
    cwd: '/',
    env: serverEnvironment,
    detached: true,
    stdio: ['ignore', log, log],
    ...(user.isOther && { uid: user.uid, gid: user.gid }),
  })
  closeSync(log)
  child.unref()
  let end: Error | 'exited' | undefined
  child.once('error', (error) => {
    end = error
  })
  child.once('exit', () => {
    end = 'exited'
  })
  while (end === undefined) {
    const found = readPostmaster(layout.postmasterFile)
    if (found?.pid === child.pid && found?.state === 'ready') return { outcome: 'ready' }
    await sleep(pollIntervalMs)
  }
  const text = end === 'exited' ? readLog(layout.log, logged > logSize(layout.log) ? 0 : logged) : end.message
  return { outcome: 'exited', log: lastLines(text, 20).join('\n') }
}

/** Settings that older versions do not know. */
const sinceMajor: Readonly<Record<string, number>> = { io_method: 18 }

function flagsOf({ layout, tree, tcpPort, settings }: SpawnOptions): readonly string[] {
  const major = Number(path.basename(tree).split('.')[0])
  const all = {
    ...leanSettings,
    listen_addresses: tcpPort === null ? '' : '127.0.0.1',
    port: String(tcpPort ?? socketPort),
    ...settings,
  }
  const known = Object.entries(all).filter(([name]) => !(major < (sinceMajor[name] ?? 0)))
  const flags = known.flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // A list to Postgres, where a comma in a path would make two of one.
  const sockets = `"${layout.sockets.replaceAll('"', '""')}"`
  return ['-D', layout.data, '-k', sockets, ...flags]
}

/** The socket is named after the TCP port: a link gives it the same name always, so that no URL changes with it. */
function linkSocket(layout: Layout, tcpPort: number | null): void {
  const stable = path.join(layout.sockets, `.s.PGSQL.${socketPort}`)
  const needsLink = tcpPort !== null && tcpPort !== socketPort
  const isLink = lstatSync(stable, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  // A socket is left to Postgres, which knows whether somebody still listens there.
  if (isLink || needsLink) rmSync(stable, { force: true })
  if (needsLink) symlinkSync(`.s.PGSQL.${tcpPort}`, stable)
}

/** False when it still runs after `timeoutMs`. Its file goes last; its process may stay as a zombie. */
export async function stopServer(
  layout: Layout,
  running: Postmaster,
  signal: 'SIGINT' | 'SIGQUIT',
  timeoutMs: number,
): Promise<boolean> {
  signalPostmaster(running, signal)
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    if (readPostmaster(layout.postmasterFile)?.pid !== running.pid || !isLiving(running)) return true
    await sleep(pollIntervalMs)
  }
  return false
}
