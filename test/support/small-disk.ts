import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { atEndOfFile } from './end-of-file.ts'

export interface SmallDisk {
  readonly directory: string
  /** Until not a byte more fits. */
  fill(): void
  /** As before it was filled. */
  free(): void
}

/** A file system of its own in memory; undefined where this user may mount none. */
export function mountSmallDisk(size: string): SmallDisk | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const directory = mkdtempSync(path.join(os.tmpdir(), 'drover-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', directory], {
      stdio: 'ignore',
    })
  } catch {
    rmSync(directory, { recursive: true })
    return undefined
  }
  atEndOfFile(() => {
    // What still runs there keeps it until it has ended.
    execFileSync('umount', ['--lazy', directory])
    rmSync(directory, { recursive: true, force: true })
  })
  const filler = path.join(directory, 'filler')
  return {
    directory,
    fill: () => {
      const file = openSync(filler, 'a')
      for (const size of [1 << 20, 4096, 1]) while (fits(file, size));
      closeSync(file)
    },
    free: () => rmSync(filler, { force: true }),
  }
}

function fits(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) === size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}
