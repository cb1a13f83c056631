import { createHash } from 'node:crypto'
import { lstatSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { CliError } from '../../core/errors.ts'
import { otherCommand } from '../../core/words/command-line.ts'

const longestSocketName = '.s.PGSQL.65535'
const stableName = '.s.PGSQL.5432'

/** `preferred`, or a short directory of this home's own where a socket in `preferred` would have too long a path. */
export function socketDirectory(home: string, preferred: string, platform = process.platform): string {
  const maxPathBytes = platform === 'darwin' ? 103 : 107
  if (Buffer.byteLength(path.join(preferred, longestSocketName)) <= maxPathBytes) return preferred
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 10)
  return `/tmp/drover-${process.getuid?.() ?? 0}-${hash}`
}

/**
 * Anybody may create a directory in /tmp: one that is not the server's own and private is not to be trusted, nor is a socket in it.
 * What is not there is only missing. Throws `embedded-database-failed`.
 */
export function assertPrivate(directory: string, ownerUid: number): void {
  const found = lstatSync(directory, { throwIfNoEntry: false })
  if (found === undefined) return
  const isPrivate = found.isDirectory() && found.uid === ownerUid && (found.mode & 0o077) === 0
  if (isPrivate && isSocketOf(path.join(directory, stableName), ownerUid)) return
  throw new CliError(
    'embedded-database-failed',
    `The socket directory ${directory} is not private to the user that runs the embedded database.`,
    { hint: otherCommand(found.uid === process.getuid?.() ? 'rm -r' : 'sudo rm -r', [directory]) },
  )
}

/** The socket itself, or the link to it that stands in for it where the server listens on another port. */
function isSocketOf(file: string, ownerUid: number): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (found === undefined) return true
  if (!found.isSymbolicLink()) return found.isSocket() && found.uid === ownerUid
  const target = path.join(path.dirname(file), path.basename(readlinkSync(file)))
  const socket = lstatSync(target, { throwIfNoEntry: false })
  return socket === undefined || (socket.isSocket() && socket.uid === ownerUid)
}

interface SocketPlace {
  readonly sockets: string
  readonly data: string
}

/** Before each connect. The server's user is this one, and for root the owner of the data. */
export function assertOwnSocket({ sockets, data }: SocketPlace): void {
  const own = process.getuid?.()
  if (own === undefined) return
  const owner = own === 0 ? lstatSync(data, { throwIfNoEntry: false })?.uid : own
  if (owner !== undefined) assertPrivate(sockets, owner)
}
