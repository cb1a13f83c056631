import { execFile } from 'node:child_process'
import { appendFile, chmod, mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { layoutOf } from '../../src/local/cluster/layout.ts'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { createTemplate, migrateSeed, urlOfDatabase } from './database.ts'
import { droverBin } from './drover-process.ts'
import { patience } from './patience.ts'
import { copyCluster } from './ready-home.ts'
import { createEmptyHome, removeHome } from './throw-away-home.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the maintenance database of the server that this run of the tests has to itself. */
    serverUrl: string
    /** A home whose embedded database was created, migrated and stopped; homes are copied from it. */
    seedHome: string
  }
}

const run = promisify(execFile)

/** Nothing that these databases hold is worth a wait for the disk. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_init_zero: 'off',
  autovacuum: 'off',
  max_connections: '300',
}

interface TestServer {
  readonly serverUrl: string
  readonly seedHome: string
  stop(): Promise<void>
}

/** Each project of a run sets itself up, and all of them share one server: the last one that leaves stops it. */
interface SharedServer {
  readonly server: Promise<TestServer>
  users: number
}
const shared = globalThis as { droverTestServer?: SharedServer }

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.droverTestServer ??= { server: startServer(), users: 0 }
  const own = shared.droverTestServer
  own.users += 1
  const { serverUrl, seedHome, stop } = await own.server
  project.provide('serverUrl', serverUrl)
  project.provide('seedHome', seedHome)
  return async () => {
    own.users -= 1
    if (own.users === 0) await stop()
  }
}

async function startServer(): Promise<TestServer> {
  const home = await createEmptyHome()
  const local = createLocalDatabase({ home, env: process.env, settings })
  const open = () => local.open({ database: 'drover', connectTimeoutMs: patience() })
  await migrateSeed((await open()).url)
  await local.stop({ force: true })
  const seedHome = await plantSeed(home)
  // Begins the folder of compiled code that all homes share.
  await run(process.execPath, [droverBin, 'list', '--help'], { env: { DROVER_HOME: seedHome } })
  const { url } = await open()
  const serverUrl = urlOfDatabase(url, 'postgres')
  await createTemplate(serverUrl, 'drover')
  const stop = async () => {
    await local.stop({ force: true })
    await removeHome(home)
  }
  return { serverUrl, seedHome, stop }
}

/** In the home of the tests' own server, whose files it shares. */
async function plantSeed(home: string): Promise<string> {
  const [from, seed] = [layoutOf(home), layoutOf(path.join(home, 'seed'))]
  for (const directory of [seed.home, seed.cluster]) {
    await mkdir(directory)
    await chmod(directory, 0o755)
  }
  await copyCluster(from, seed)
  await appendFile(path.join(seed.data, 'postgresql.conf'), 'fsync = off\n')
  await symlink(from.trees, seed.trees)
  return seed.home
}
