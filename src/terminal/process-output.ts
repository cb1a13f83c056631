import type { WriteStream } from 'node:tty'
import type { ColorLevel, Output } from './terminal.ts'

/** Writing to somebody who has left: a reader that closed its end of the pipe, or a terminal that hung up. */
const goneCodes = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']

/** What follows the first write within a turn of the event loop goes out as one, up to this many characters: a line each is slow. */
const batchLength = 65_536

export interface ProcessOutput extends Output {
  /** Hands over what waits for the end of this turn, when there will be none. */
  writeOut(): void
  flush(): Promise<void>
}

interface ProcessOutputOptions {
  readonly stream: NodeJS.WriteStream
  readonly canRedraw: boolean
  readonly colorLevel: () => ColorLevel
  readonly onClosed: () => void
  /** Before each write: what was said elsewhere comes first. */
  readonly onWrite: () => void
}

export function createProcessOutput({
  stream,
  canRedraw,
  colorLevel,
  onClosed,
  onWrite,
}: ProcessOutputOptions): ProcessOutput {
  const tty = stream as WriteStream
  const isTerminal = tty.isTTY === true
  // Kept from now on: an application that runs in this process may be given another `write`.
  const write = stream.write.bind(stream)
  let isGone = false
  let resume = () => {}
  let drained: Promise<void> | undefined
  let pending = ''
  let turn: NodeJS.Immediate | undefined

  const settle = () => {
    drained = undefined
    resume()
  }
  stream.on('drain', settle)
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!goneCodes.includes(error.code ?? '')) throw error
    if (isGone) return
    isGone = true
    settle()
    onClosed()
  })

  const waitForDrain = () => {
    drained ??= new Promise((resolve) => {
      resume = resolve
    })
    return drained
  }

  const writeOut = () => {
    const text = pending
    pending = ''
    if (text !== '' && !isGone) write(text)
  }

  return {
    isTerminal,
    canRedraw: isTerminal && canRedraw,
    get colorLevel() {
      return colorLevel()
    },
    get columns() {
      return tty.columns || 80
    },
    get rows() {
      return tty.rows || 24
    },
    write: async (text) => {
      if (isGone) return
      onWrite()
      pending += text
      if (turn === undefined || pending.length >= batchLength) writeOut()
      turn ??= setImmediate(() => {
        turn = undefined
        writeOut()
      })
      if (stream.writableNeedDrain) await waitForDrain()
    },
    writeOut,
    onResize: (listener) => {
      stream.on('resize', listener)
      return () => stream.off('resize', listener)
    },
    flush: () => {
      writeOut()
      return isGone ? Promise.resolve() : new Promise((resolve) => write('', () => resolve()))
    },
  }
}
