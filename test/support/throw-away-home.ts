import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { atEndOfFile } from './end-of-file.ts'

/** For an embedded database: short enough for a socket, and open to the user that runs the server where the tests run as root. */
export async function createHome(): Promise<string> {
  const home = await mkdtemp('/tmp/drover-test-')
  await chmod(home, 0o755)
  atEndOfFile(() => stopAndRemoveHome(home))
  return home
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true })
}

/** For a home whose embedded database may still run. */
export async function stopAndRemoveHome(home: string): Promise<void> {
  if (!existsSync(home)) return
  await createLocalDatabase({ home, env: process.env }).stop({ force: true })
  await removeHome(home)
}
