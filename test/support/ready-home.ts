import { execFile } from 'node:child_process'
import { chmod, mkdir, symlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { type Layout, layoutOf } from '../../src/local/cluster/layout.ts'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { patience } from './patience.ts'
import { createHome } from './throw-away-home.ts'

const run = promisify(execFile)

/** A home whose embedded database was created and migrated before: what a test of something else need not wait for. */
export async function createReadyHome(): Promise<string> {
  const home = await createHome()
  const [seed, layout] = [layoutOf(inject('seedHome')), layoutOf(home)]
  await mkdir(layout.cluster)
  await chmod(layout.cluster, 0o755)
  await copyCluster(seed, layout)
  await symlink(seed.trees, layout.trees)
  return home
}

/** Keeps the embedded database of a home up for the processes that come and go there, until it is stopped by force. */
export async function holdOpen(home: string): Promise<void> {
  await createLocalDatabase({ home, env: process.env }).open({
    database: 'drover',
    connectTimeoutMs: patience(),
  })
}

/** Of a server that does not run. Most of its log is zeros, which a sparse copy does not write. */
export async function copyCluster(from: Layout, to: Layout): Promise<void> {
  const flags = process.platform === 'linux' ? ['-a', '--sparse=always'] : ['-a']
  await run('cp', [...flags, from.data, to.data])
}
