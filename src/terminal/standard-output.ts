import { fstatSync, writeSync } from 'node:fs'
import type { OutputSource } from './process-output.ts'

/** Output 1 or 2 of this process; `open` gives Node's own stream for it. */
export function standardOutput(descriptor: 1 | 2, open: () => NodeJS.WriteStream): OutputSource {
  return isFileOrPipe(descriptor) ? { open, writeUnopened: (bytes) => writeNow(descriptor, bytes) } : { open }
}

function isFileOrPipe(descriptor: number): boolean {
  if (process.platform === 'win32') return false
  try {
    const stats = fstatSync(descriptor)
    return stats.isFile() || stats.isFIFO() || stats.isSocket()
  } catch {
    // Closed, as by `>&-`.
    return false
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
