import { readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import type { Layout } from '../cluster/layout.ts'
import { isLiving, type Postmaster, readPostmaster } from './postmaster.ts'
import { isNumberTaken } from './process.ts'
import { attachedTo } from './shared-memory.ts'

/**
 * Removes the lock files of a server that was killed, where Postgres itself would take their process number, now a zombie's
 * or a stranger's, for a living server. Never under a server, nor under a backend that outlived its postmaster:
 * that one still has the shared memory attached.
 */
export function clearStaleLocks(layout: Layout): void {
  const postmaster = readPostmaster(layout.postmasterFile)
  if (postmaster !== undefined) {
    if (isLiving(postmaster)) return
    if (isNumberTaken(postmaster.pid) && !hasOrphans(postmaster)) rmSync(layout.postmasterFile)
  }
  for (const name of readdirSync(layout.sockets)) {
    if (name.endsWith('.lock')) clearSocketLock(path.join(layout.sockets, name), layout)
  }
}

function clearSocketLock(file: string, layout: Layout): void {
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (isNumberTaken(pid) && !isLiving({ pid, dataDirectory: layout.data })) rmSync(file)
}

function hasOrphans({ pid, sharedMemoryId }: Postmaster): boolean {
  if (sharedMemoryId === null) return false
  const attached = attachedTo(sharedMemoryId)
  if (attached !== undefined) return attached > 0
  throw new CliError(
    'embedded-database-failed',
    `Process ${pid} has the number of the last server, and this system does not tell whether that one is really gone.`,
    { hint: phrase`${command('db reset', [], { '--all': true })}, or restart the machine` },
  )
}
