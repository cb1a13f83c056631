import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { CliError } from '../../core/errors.ts'
import { readPipe } from './read-chunks.ts'

/** What comes from a device or a pipe; more is read by nobody. */
const mostBytes = 64_000_000

const never = new AbortController().signal

/**
 * Undefined where there is none. A device that never ends is refused once it gave more than a person can mean. A pipe is
 * waited for; throws `interrupted`.
 */
export async function readTextFile(
  file: string,
  interrupt: AbortSignal = never,
): Promise<string | undefined> {
  return isPipe(file) ? readWholePipe(file, interrupt) : readNow(file)
}

/** What cannot be looked at cannot be opened either, and then says why. */
function isPipe(file: string): boolean {
  try {
    return statSync(file).isFIFO()
  } catch {
    return false
  }
}

async function readWholePipe(file: string, interrupt: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of readPipe(file, interrupt)) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > mostBytes) throw endless(file)
  }
  if (interrupt.aborted) throw new CliError('interrupted', `Interrupted while reading ${file}.`)
  return Buffer.concat(chunks).toString('utf8')
}

function readNow(file: string): string | undefined {
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
  throw endless(file)
}

function endless(file: string): Error {
  return Object.assign(new Error(`${file} has no end`), { code: 'ENODEV', syscall: 'read', path: file })
}
