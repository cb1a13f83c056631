import { mkdtemp, rm, symlink } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

const ourModules = path.join(import.meta.dirname, '../../node_modules')

/** A folder outside the repository whose modules find our copy of the SDK. */
export async function createAppFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'drover-app-'))
  await symlink(ourModules, path.join(folder, 'node_modules'))
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
