import { constants, fstatSync, openSync } from 'node:fs'

/** What there is of libuv's handle of a stream. */
interface Handle {
  onread: () => void
  open(descriptor: number): number
  readStart(): number
  unref(): void
  close(): void
}

interface TcpWrap {
  readonly TCP: new (kind: number) => Handle
  readonly constants: { readonly SOCKET: number }
}

/**
 * Calls back once whoever read the pipe behind output 1 has left, also while nothing is written to it: a failed write tells
 * it only when there is something to write. Keeps no process alive. On anything but a pipe it does nothing.
 */
export function watchReader(onLeft: () => void): void {
  try {
    if (fstatSync(1).isFIFO()) watchPipe(onLeft)
  } catch {
    // Then the next write tells.
  }
}

/**
 * libuv waits for a stream that can be read; at the end of a pipe that is written to, the kernel reports nothing but that
 * its last reader left. Node has no public way to it. On anything but a pipe it aborts the process.
 */
function watchPipe(onLeft: () => void): void {
  const descriptor = openOwn()
  if (descriptor === undefined) return
  const { TCP, constants: kinds } = (process as unknown as { binding(name: 'tcp_wrap'): TcpWrap }).binding(
    'tcp_wrap',
  )
  const handle = new TCP(kinds.SOCKET)
  if (handle.open(descriptor) !== 0) return
  handle.onread = () => {
    handle.close()
    onLeft()
  }
  handle.unref()
  handle.readStart()
}

/**
 * A description of its own: the one that others write to would no longer wait where it is full, and Node could not open its
 * stream beside the handle. Undefined where it is refused, as for a pipe that another user made (su, runuser).
 */
function openOwn(): number | undefined {
  try {
    return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}
