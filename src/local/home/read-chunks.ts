import { closeSync, constants, createReadStream, open, openSync, type Stats } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'

/** The bytes of a file or a pipe, piece by piece. Throws `invalid-argument` at once for what is none, or cannot be read. */
export async function readChunks(file: string, interrupt: AbortSignal): Promise<AsyncIterable<Buffer>> {
  const found = await stat(file).catch(refuse(file))
  const [kind] = kinds.find(([, isOfKind]) => isOfKind(found)) ?? []
  if (kind !== undefined) throw unreadable(file, `it is ${kind}`)
  await access(file, constants.R_OK).catch(refuse(file))
  return found.isFIFO() ? readPipe(file, interrupt) : readFile(file)
}

const kinds: readonly (readonly [string, (found: Stats) => boolean])[] = [
  ['a folder', (found) => found.isDirectory()],
  ['a device', (found) => found.isCharacterDevice() || found.isBlockDevice()],
  ['a socket', (found) => found.isSocket()],
]

async function* readFile(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file)
  } catch (error) {
    refuse(file)(error)
  }
}

/** As a socket, to where it is interrupted: what Node reads as a file holds its end up for as long as nothing is written. */
export async function* readPipe(file: string, interrupt: AbortSignal): AsyncGenerator<Buffer> {
  if (interrupt.aborted) return
  let freeing: NodeJS.Timeout | undefined
  const free = (): void => {
    freeing = setInterval(() => openForNobody(file), freeEveryMs)
  }
  interrupt.addEventListener('abort', free, { once: true })
  const descriptor = await promisify(open)(file, 'r').catch(refuse(file))
  clearInterval(freeing)
  interrupt.removeEventListener('abort', free)
  const socket = new Socket({ fd: descriptor, writable: false })
  const leave = () => void socket.destroy()
  if (interrupt.aborted) return leave()
  interrupt.addEventListener('abort', leave, { once: true })
  try {
    yield* socket
  } catch (error) {
    if (!interrupt.aborted) throw error
  } finally {
    interrupt.removeEventListener('abort', leave)
  }
}

const freeEveryMs = 20

/** Who opens a pipe to read it waits until somebody opens it to write, and cannot be asked to stop. */
function openForNobody(file: string): void {
  try {
    closeSync(openSync(file, constants.O_WRONLY | constants.O_NONBLOCK))
  } catch {
    // Nobody waits yet.
  }
}

function refuse(file: string): (error: unknown) => never {
  return (error) => {
    throw unreadable(file, (error as Error).message, error)
  }
}

function unreadable(file: string, reason: string, cause?: unknown): CliError {
  return new CliError('invalid-argument', `${file} cannot be read: ${reason}.`, {
    hint: phrase`${command('export', ['ID'])} > FILE   # writes one`,
    cause,
  })
}
