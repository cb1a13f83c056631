import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import type { UpgradeResult } from '../../core/embedded-database.ts'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { createCluster, finishUpgrade, majorOf } from '../cluster/cluster.ts'
import { ensureDatabase, listDatabases } from '../cluster/databases.ts'
import { openHome, privateDirectory, requireOurs, sharedDirectory } from '../cluster/directories.ts'
import { type Layout, upgradeLayout } from '../cluster/layout.ts'
import { findServerUser, type ServerUser } from '../cluster/server-user.ts'
import { ensureTree } from '../cluster/tree.ts'
import { withLock } from '../presence/lock.ts'
import { livingPostmaster } from '../server/postmaster.ts'
import { failure } from '../server/server-failure.ts'
import { connect } from '../server/socket-connection.ts'
import { spawnServer, stopServer } from '../server/spawn-server.ts'
import { clearStaleLocks } from '../server/stale.ts'
import type { Setup } from '../server/start-server.ts'
import { copyIn, copyOut } from './copy-database.ts'

const connectTimeoutMs = 5000
const stopTimeoutMs = 60_000

/**
 * Brings a cluster of another major version to the bundled one: the old server writes what DBOS and drover keep into files,
 * the new one reads them into a new directory, and the old directory is kept. Undefined where there is nothing to do.
 */
export async function upgradeCluster(setup: Setup): Promise<UpgradeResult | undefined> {
  const { layout } = setup
  return await withLock(layout.lock, setup.onNotice, async () => {
    const from = majorOf(layout)
    const user = await findServerUser(layout, setup.env)
    openHome(layout.home, user)
    sharedDirectory(layout.cluster, user)
    const tree = await ensureTree({ trees: layout.trees, user, resolveFrom: setup.resolveFrom })
    const to = path.basename(tree).split('.')[0] ?? ''
    if (from === to) return undefined
    assertDown(layout, from)
    const oldTree = findTree(layout, from)
    setup.onNotice(`Copying the embedded database from PostgreSQL ${from} to ${to}.`)
    const [old, next] = [upgradeLayout(layout, layout.data), upgradeLayout(layout, `${layout.cluster}/next`)]
    const directory = path.join(layout.cluster, 'copy')
    const clear = () => {
      for (const place of [directory, old.sockets, next.data]) rmSync(place, { recursive: true, force: true })
    }
    clear()
    // Of an upgrade that was killed before the old data made room for it: they may have changed since.
    rmSync(layout.upgraded, { recursive: true, force: true })
    try {
      privateDirectory(directory, user)
      privateDirectory(old.sockets, user)
      const place = { sockets: old.sockets, directory }
      const copies = await withServer(setup, { layout: old, tree: oldTree, user }, async (client) =>
        inTurn(await listDatabases(client), (name) => copyOut(place, name)),
      )
      await createCluster({ layout: next, tree, user, isDurable: setup.settings.fsync !== 'off' })
      await withServer(setup, { layout: next, tree, user }, async (client) => {
        await inTurn(copies, ({ database }) => ensureDatabase(client, database, setup.onNotice))
        await inTurn(copies, (copy) => copyIn(place, copy))
      })
      const kept = replaceData(layout, next, from)
      return { from, to, kept, databases: copies.map(({ database, left }) => ({ database, left })) }
    } finally {
      clear()
    }
  })
}

function assertDown(layout: Layout, version: string): void {
  if (livingPostmaster(layout.postmasterFile) === undefined) return
  throw new CliError('database-in-use', `The embedded database still runs, with PostgreSQL ${version}.`, {
    hint: command('db stop'),
  })
}

/** The files of the old server, which stay in drover's home. */
function findTree({ trees }: Layout, major: string): string {
  const name = readdirSync(trees)
    .filter((one) => /^\d+\.[^/]*-[a-z0-9]+-[a-z0-9]+$/.test(one) && one.split('.')[0] === major)
    .sort()
    .at(-1)
  if (name === undefined) {
    throw new CliError(
      'embedded-database-failed',
      `The upgrade starts PostgreSQL ${major} once more, and its files are no longer in ${trees}.`,
      {
        hint: phrase`${command('db start')} with the drover that created it puts them back; ${command('db reset', [], { '--all': true })} deletes all`,
      },
    )
  }
  const tree = path.join(trees, name)
  for (const part of ['.', 'bin', 'bin/postgres']) requireOurs(path.join(tree, part))
  return tree
}

interface ServerOptions {
  readonly layout: Layout
  readonly tree: string
  readonly user: ServerUser
}

/** On a socket that nobody else looks for, and stopped again. */
async function withServer<Result>(
  setup: Setup,
  options: ServerOptions,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const { layout } = options
  clearStaleLocks(layout)
  const spawned = await spawnServer({ ...options, tcpPort: null, settings: setup.settings })
  if (spawned.outcome !== 'ready') {
    throw failure(layout, 'The embedded Postgres did not start for the upgrade.', new Error(spawned.log))
  }
  try {
    const client = await connect({ layout, name: 'drover db upgrade', timeoutMs: connectTimeoutMs })
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  } finally {
    const running = livingPostmaster(layout.postmasterFile)
    if (running !== undefined) await stopServer(layout, running, 'SIGINT', stopTimeoutMs)
  }
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  use: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await use(item))
  return results
}

/** Whole once it has its last name but one: who comes after a crash in between finishes it. */
function replaceData(layout: Layout, next: Layout, from: string): string {
  renameSync(next.data, layout.upgraded)
  const kept = freeName(`${layout.data}-${from}`)
  renameSync(layout.data, kept)
  finishUpgrade(layout)
  return kept
}

function freeName(name: string, count = 1): string {
  const candidate = count === 1 ? name : `${name}-${count}`
  return existsSync(candidate) ? freeName(name, count + 1) : candidate
}
