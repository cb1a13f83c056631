import type { WriteStream } from 'node:tty'
import type { ColorLevel, Output } from './terminal.ts'

/** Writing to somebody who has left: a reader that closed its end of the pipe, or a terminal that hung up. */
const goneCodes = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']

export interface ProcessOutput extends Output {
  flush(): Promise<void>
}

interface ProcessOutputOptions {
  readonly stream: NodeJS.WriteStream
  readonly canRedraw: boolean
  readonly colorLevel: () => ColorLevel
  readonly onClosed: () => void
}

export function createProcessOutput({
  stream,
  canRedraw,
  colorLevel,
  onClosed,
}: ProcessOutputOptions): ProcessOutput {
  const tty = stream as WriteStream
  const isTerminal = tty.isTTY === true
  let isGone = false
  let resume = () => {}
  let drained: Promise<void> | undefined

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
      if (isGone || stream.write(text)) return
      await waitForDrain()
    },
    onResize: (listener) => {
      stream.on('resize', listener)
      return () => stream.off('resize', listener)
    },
    flush: () => (isGone ? Promise.resolve() : new Promise((resolve) => stream.write('', () => resolve()))),
  }
}
