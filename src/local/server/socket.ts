import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import path from 'node:path'
import { CliError } from '../../core/errors.ts'

const longestSocketName = '.s.PGSQL.65535'

/** `preferred`, or a short directory of this home's own where a socket in `preferred` would have too long a path. */
export function socketDirectory(home: string, preferred: string, platform = process.platform): string {
  const maxPathBytes = platform === 'darwin' ? 103 : 107
  if (Buffer.byteLength(path.join(preferred, longestSocketName)) <= maxPathBytes) return preferred
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 10)
  return `/tmp/drover-${process.getuid?.() ?? 0}-${hash}`
}

/** Anybody may create a directory in /tmp: one that is not the server's own and private is not to be trusted. */
export function assertPrivate(directory: string, ownerUid: number): void {
  const found = lstatSync(directory)
  if (found.isDirectory() && found.uid === ownerUid && (found.mode & 0o077) === 0) return
  throw new CliError(
    'embedded-database-failed',
    `The socket directory ${directory} is not private to the user that runs the embedded database.`,
    { hint: `rm -r ${directory}` },
  )
}
