import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { ServerUser } from './server-user.ts'

/** With its parents, and open to all whatever the umask says: where root starts the server, another user runs it. */
export async function publicDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory)
    await chmod(directory, 0o755)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT') throw error
    await publicDirectory(path.dirname(directory))
    await publicDirectory(directory)
  }
}

/** Only for the user that runs the server. */
export function privateDirectory(directory: string, owner: ServerUser): void {
  mkdirSync(directory, { mode: 0o700 })
  chmodSync(directory, 0o700)
  if (owner.isOther) chownSync(directory, owner.uid, owner.gid)
}
