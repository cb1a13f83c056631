import { existsSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import {
  assertNotDamaged,
  assertSameMajor,
  clusterExists,
  createCluster,
  finishUpgrade,
} from '../cluster/cluster.ts'
import { openHome, privateDirectory, sharedDirectory } from '../cluster/directories.ts'
import type { Layout } from '../cluster/layout.ts'
import { findServerUser, type ServerUser } from '../cluster/server-user.ts'
import { ensureTree } from '../cluster/tree.ts'
import { withLock } from '../presence/lock.ts'
import { readPin } from '../presence/pin.ts'
import { livingPostmaster } from './postmaster.ts'
import { failure } from './server-failure.ts'
import { assertPrivate } from './socket.ts'
import { type SpawnOptions, spawnServer } from './spawn-server.ts'
import { clearStaleLocks } from './stale.ts'

export interface Setup {
  readonly layout: Layout
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onNotice: (notice: string) => void
  /** Server settings over the usual ones. */
  readonly settings: Readonly<Record<string, string>>
  /** The file whose `node_modules` hold the server. */
  readonly resolveFrom: string
}

const retryForMs = 30_000
const retryIntervalMs = 100

/** Starts the server, and creates it before if need be. False where one is there already, though perhaps not ready. */
export async function startServer(setup: Setup): Promise<boolean> {
  const { layout } = setup
  return await withLock(layout.lock, setup.onNotice, async () => {
    if (livingPostmaster(layout.postmasterFile) !== undefined) return false
    const user = await findServerUser(layout, setup.env)
    openHome(layout.home, user)
    const tree = await ensureTree({ trees: layout.trees, user, resolveFrom: setup.resolveFrom })
    prepareSockets(layout, user)
    finishUpgrade(layout)
    if (!clusterExists(layout)) {
      assertNotDamaged(layout)
      setup.onNotice('Creating the embedded Postgres.')
      await createCluster({ layout, tree, user, isDurable: setup.settings.fsync !== 'off' })
    }
    assertSameMajor(layout, tree)
    const tcpPort = (await readPin(layout.pin))?.tcpPort ?? null
    return await spawnUntilUp({ layout, tree, user, tcpPort, settings: setup.settings }, setup.onNotice)
  })
}

function prepareSockets({ sockets, cluster }: Layout, user: ServerUser): void {
  sharedDirectory(cluster, user)
  if (!existsSync(sockets)) privateDirectory(sockets, user)
  assertPrivate(sockets, user.uid)
}

async function spawnUntilUp(options: SpawnOptions, onNotice: (notice: string) => void): Promise<boolean> {
  const { layout } = options
  const deadline = Date.now() + retryForMs
  let toldToWait = false
  for (;;) {
    clearStaleLocks(layout)
    const result = await spawnServer(options)
    if (result.outcome === 'ready') return true
    if (livingPostmaster(layout.postmasterFile) !== undefined) return false
    if (!isPassing(result.log) || Date.now() > deadline) throw startFailure(options, result.log)
    if (!toldToWait) onNotice('Waiting for what is left of the last embedded Postgres to end.')
    toldToWait = true
    await sleep(retryIntervalMs)
  }
}

/** A backend of a killed server still works, or another process was starting one at the same instant. */
function isPassing(log: string): boolean {
  return /pre-existing shared memory block|lock file ".*" already exists/.test(log)
}

function startFailure({ layout, tcpPort }: SpawnOptions, log: string): CliError {
  if (tcpPort !== null && log.includes('could not bind')) {
    return new CliError('port-in-use', `Port ${tcpPort} of 127.0.0.1 is in use by another program.`, {
      hint: command('db start', [], { '--tcp': 'PORT' }),
      cause: new Error(log),
    })
  }
  return failure(layout, 'The embedded Postgres did not start.', new Error(log))
}

/** Everything but the server's own files, which other clusters may use. */
export function removeCluster({ cluster, sockets }: Layout): void {
  rmSync(cluster, { recursive: true, force: true })
  rmSync(sockets, { recursive: true, force: true })
}
