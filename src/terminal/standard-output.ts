import { fstatSync, type Stats, statSync, writeSync } from 'node:fs'
import type { OutputSource } from './process-output.ts'

/** Output 1 or 2 of this process; `open` gives Node's own stream for it. */
export function standardOutput(descriptor: 1 | 2, open: () => NodeJS.WriteStream): OutputSource {
  const stats = statOf(descriptor)
  if (!stats) return { open }
  const neverWaits = stats.isFile() || isNullDevice(stats)
  if (!neverWaits && !stats.isFIFO() && !stats.isSocket()) return { open }
  return { open, writeUnopened: (bytes) => writeNow(descriptor, bytes), neverWaits }
}

function isNullDevice(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev
}

/** Undefined for one that is closed, as by `>&-`, and where pipes are another matter. */
function statOf(descriptor: number): Stats | undefined {
  try {
    return process.platform === 'win32' ? undefined : fstatSync(descriptor)
  } catch {
    return undefined
  }
}

/** Returns what was not taken: somebody else may have made it one that does not wait. */
function writeNow(descriptor: number, bytes: Buffer): Buffer {
  let rest = bytes
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
  return rest
}
