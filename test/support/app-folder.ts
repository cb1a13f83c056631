import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

export const ourModules = path.join(import.meta.dirname, '../../node_modules')

/** A folder outside the repository whose modules find our copy of the SDK. */
export async function createAppFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'drover-app-'))
  await symlink(ourModules, path.join(folder, 'node_modules'))
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** An application in a package of its own below `home`; resolves to where its source is. */
export async function installApp(home: string, file: 'app.js' | 'app.ts', source: string): Promise<string> {
  const folder = path.join(home, 'app')
  await mkdir(folder)
  await symlink(ourModules, path.join(folder, 'node_modules'))
  await writeFile(path.join(folder, 'package.json'), '{"name": "test-app", "type": "module"}')
  await writeFile(path.join(folder, file), source)
  return path.join(folder, file)
}
