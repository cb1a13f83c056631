import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/** What comes from a device or a pipe; more is read by nobody. */
const mostBytes = 64_000_000

/** Undefined where there is none. A device that never ends is refused once it gave more than a person can mean. */
export function readTextFile(file: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
  try {
    const found = fstatSync(descriptor)
    const isEndless = found.isCharacterDevice() || found.isBlockDevice()
    return isEndless ? readSome(descriptor, file) : readFileSync(descriptor, 'utf8')
  } catch (error) {
    throw Object.assign(error as Error, { path: file })
  } finally {
    closeSync(descriptor)
  }
}

function readSome(descriptor: number, file: string): string {
  const chunks: Buffer[] = []
  for (let bytes = 0; bytes <= mostBytes; ) {
    const chunk = Buffer.alloc(65_536)
    const length = readSync(descriptor, chunk)
    if (length === 0) return Buffer.concat(chunks).toString('utf8')
    chunks.push(chunk.subarray(0, length))
    bytes += length
  }
  throw Object.assign(new Error(`${file} has no end`), { code: 'ENODEV', syscall: 'read' })
}
