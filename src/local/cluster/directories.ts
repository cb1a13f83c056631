import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs'
import { CliError } from '../../core/errors.ts'
import { otherCommand } from '../../core/words/command-line.ts'
import { mayDecide } from '../home/ownership.ts'
import { makeHome } from '../home/private-file.ts'
import type { ServerUser } from './server-user.ts'

/** drover's home, as far open as the user needs who runs the server for root. */
export function openHome(home: string, user: ServerUser): void {
  makeHome(home)
  requireOurs(home)
  if (user.isOther) chmodSync(home, lstatSync(home).mode | 0o711)
}

/** In drover's home, whatever the umask says: for this user alone, or to be entered and read by the one who runs the server. */
export function sharedDirectory(directory: string, user: ServerUser): void {
  const mode = user.isOther ? 0o755 : 0o700
  try {
    mkdirSync(directory, { mode })
    chmodSync(directory, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    requireOurs(directory)
    if ((lstatSync(directory).mode & 0o777) !== mode) chmodSync(directory, mode)
  }
}

/** Only for the user that runs the server. */
export function privateDirectory(directory: string, owner: ServerUser): void {
  mkdirSync(directory, { mode: 0o700 })
  chmodSync(directory, 0o700)
  if (owner.isOther) chownSync(directory, owner.uid, owner.gid)
}

/** What is run from here must be nobody else's work. Throws `embedded-database-failed`. */
export function requireOurs(place: string): void {
  const found = lstatSync(place)
  const isLink = found.isSymbolicLink()
  if (mayDecide(found.uid, place) && (isLink || (found.mode & 0o002) === 0)) return
  throw new CliError(
    'embedded-database-failed',
    `${place} ${mayDecide(found.uid, place) ? 'can be written to by every user' : 'belongs to another user'}, so that nothing in it is used.`,
    { hint: otherCommand('mv', [place, `${place}.not-mine`]) },
  )
}
