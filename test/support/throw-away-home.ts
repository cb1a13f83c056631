import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { inject } from 'vitest'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { atEndOfFile } from './end-of-file.ts'

/** For an embedded database: short enough for a socket, and open to the user that runs the server where the tests run as root. */
export async function createHome(): Promise<string> {
  const home = await createEmptyHome()
  await shareCompiledCode(home)
  return home
}

/** The home of somebody who never ran drover. */
export async function createEmptyHome(): Promise<string> {
  const home = await mkdtemp('/tmp/drover-test-')
  await chmod(home, 0o755)
  atEndOfFile(() => stopAndRemoveHome(home))
  return home
}

/** What V8 compiled for one home serves them all: a process that compiles all again costs half as much once more. */
async function shareCompiledCode(home: string): Promise<void> {
  const [shared, own] = [codeOf(inject('seedHome')), codeOf(home)]
  await mkdir(own, { mode: 0o700 })
  for (const build of await readdir(shared)) await symlink(path.join(shared, build), path.join(own, build))
}

const codeOf = (home: string) => path.join(home, 'code')

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true })
}

/** For a home whose embedded database may still run. */
export async function stopAndRemoveHome(home: string): Promise<void> {
  if (!existsSync(home)) return
  await createLocalDatabase({ home, env: process.env }).stop({ force: true })
  await removeHome(home)
}
