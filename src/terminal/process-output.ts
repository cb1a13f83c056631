import type { WriteStream } from 'node:tty'
import type { ColorLevel, Output } from './terminal.ts'

/** What follows the first write within a turn of the event loop goes out as one, up to this many characters: a line each is slow. */
const batchLength = 65_536

export interface ProcessOutput extends Output {
  /** Hands over what waits for the end of this turn, when there will be none. */
  writeOut(): void
  flush(): Promise<void>
}

/** Where an output of this process goes. */
export interface OutputSource {
  /** Takes a millisecond or two when it is called first. */
  open(): NodeJS.WriteStream
  /** There for a file or a pipe: writes without opening it, waits where that is full, and returns what was not taken. */
  readonly writeUnopened?: (bytes: Buffer) => Buffer
  /** A file, which is never full: it needs no stream at all. */
  readonly neverWaits?: boolean
}

interface ProcessOutputOptions {
  readonly source: OutputSource
  readonly canRedraw: boolean
  readonly colorLevel: (isTerminal: boolean) => ColorLevel
  /** Nothing more can be written. */
  readonly onLost: (error: NodeJS.ErrnoException) => void
  /** Once it is aborted nobody waits until a reader has taken what was written. */
  readonly signal: AbortSignal
  /** Before each write: what was said elsewhere comes first. */
  readonly onWrite: () => void
}

export function createProcessOutput({
  source,
  canRedraw,
  colorLevel,
  onLost,
  signal,
  onWrite,
}: ProcessOutputOptions): ProcessOutput {
  const { writeUnopened, neverWaits = false } = source
  let opened: WriteStream | undefined
  let hasWritten = false
  let isGone = false
  let resume = () => {}
  let release = () => {}
  let drained: Promise<void> | undefined
  let pending = ''
  let turn: NodeJS.Immediate | undefined

  const settle = () => {
    drained = undefined
    resume()
  }
  const letGo = () => {
    settle()
    release()
  }
  signal.addEventListener('abort', letGo, { once: true })
  const fail = (error: NodeJS.ErrnoException) => {
    if (isGone) return
    isGone = true
    letGo()
    onLost(error)
  }

  const open = (): WriteStream => {
    if (opened) return opened
    opened = source.open() as WriteStream
    opened.on('drain', settle)
    opened.on('error', fail)
    return opened
  }
  const isTerminal = !writeUnopened && open().isTTY === true

  const waitForDrain = () => {
    drained ??= new Promise((resolve) => {
      resume = resolve
    })
    return drained
  }

  const write = (text: string | Buffer, onDone?: () => void) => {
    const stream = open()
    hasWritten = true
    // Not its own: an application that runs in this process may have been given another one.
    Object.getPrototypeOf(stream).write.call(stream, text, onDone)
  }

  const writeOut = ({ mayWait = neverWaits } = {}) => {
    const text = pending
    pending = ''
    if (text !== '') handOver(text, mayWait)
  }

  const handOver = (text: string | Buffer, mayWait: boolean, onDone = () => {}) => {
    if (isGone) return
    if (opened || !writeUnopened || !mayWait) return write(text, onDone)
    try {
      const rest = writeUnopened(typeof text === 'string' ? Buffer.from(text) : text)
      if (rest.length > 0) write(rest, onDone)
      else onDone()
    } catch (error) {
      fail(error as NodeJS.ErrnoException)
    }
  }

  return {
    isTerminal,
    canRedraw: isTerminal && canRedraw,
    get colorLevel() {
      return colorLevel(isTerminal)
    },
    get columns() {
      return (isTerminal && open().columns) || 80
    },
    get rows() {
      return (isTerminal && open().rows) || 24
    },
    write: async (text) => {
      if (isGone) return
      onWrite()
      pending += text
      const isReady = opened !== undefined || neverWaits
      if ((isReady && turn === undefined) || pending.length >= batchLength) writeOut()
      turn ??= setImmediate(() => {
        turn = undefined
        writeOut()
      })
      if (opened?.writableNeedDrain && !signal.aborted) await waitForDrain()
    },
    writeBytes: async (bytes) => {
      if (isGone) return
      onWrite()
      writeOut()
      await new Promise<void>((resolve) => {
        release = resolve
        const rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        handOver(rest, neverWaits, resolve)
        if (signal.aborted || isGone) resolve()
      })
    },
    writeOut,
    onResize: (listener) => {
      const stream = open()
      stream.on('resize', listener)
      return () => stream.off('resize', listener)
    },
    flush: () => {
      // What is all there is to say, as of `--help`, needs no stream.
      writeOut({ mayWait: true })
      // One that was refused is told only later on: what comes after it is told after it.
      const isDone = isGone || !hasWritten
      return isDone ? Promise.resolve() : new Promise((resolve) => write('', () => resolve()))
    },
  }
}
