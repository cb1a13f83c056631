import type { ReadStream } from 'node:tty'
import { type IPty, spawn } from '@lydell/node-pty'
import { atEndOfFile } from './end-of-file.ts'
import { createTestScreen, type TestScreen } from './screen.ts'

export interface PtySession {
  readonly screen: TestScreen
  /** Resolves when the screen, with its scrollback, holds `text`; rejects with the screen when the program ends without. */
  waitFor(text: string): Promise<void>
  type(keys: string): void
  resize(columns: number, rows: number): void
  readonly exitCode: Promise<number>
}

interface PtyOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const quietTurns = 50

/**
 * node-pty hangs up 200 ms after the program has ended, whatever is still to be read: on a busy machine that is its last words.
 * Here it does once some turns of the event loop have brought nothing more.
 */
function readToTheEnd(pty: IPty): void {
  const { _socket: socket } = pty as unknown as { readonly _socket: ReadStream }
  const hangUp = socket.destroy.bind(socket)
  let quiet = 0
  let isEnding = false
  socket.on('data', () => {
    quiet = 0
  })
  socket.destroy = (error?: Error) => {
    const wait = (): void => {
      if (quiet++ < quietTurns) setImmediate(wait)
      else hangUp(error)
    }
    if (!isEnding) wait()
    isEnding = true
    return socket
  }
}

/** A program in a real terminal, on a screen that a test can read. */
export function startInPty(file: string, args: readonly string[], options: PtyOptions = {}): PtySession {
  const { columns = 80, rows = 24, env = {}, cwd } = options
  const screen = createTestScreen(columns, rows)
  const pty = spawn(file, [...args], {
    cols: columns,
    rows,
    cwd,
    name: 'xterm-256color',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  })
  readToTheEnd(pty)
  const watchers = new Set<() => void>()
  let drawn = Promise.resolve()
  const draw = (data: string) => {
    drawn = drawn
      .then(() => screen.write(data))
      .then(() => {
        for (const watcher of watchers) watcher()
      })
  }
  pty.onData(draw)
  let hasEnded = false
  const exitCode = new Promise<number>((resolve) => {
    pty.onExit((exit) => {
      hasEnded = true
      resolve(exit.exitCode)
    })
  }).then((code) => drawn.then(() => code))

  atEndOfFile(() => hasEnded || pty.kill('SIGKILL'))

  const waitFor = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const isThere = () => screen.text().join('\n').includes(text)
      const look = () => {
        if (!isThere()) return
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
      void exitCode.then(() => {
        if (!isThere()) reject(new Error(`it ended without "${text}":\n${screen.text().join('\n')}`))
      })
    })

  return {
    screen,
    waitFor,
    type: (keys) => pty.write(keys),
    resize: (newColumns, newRows) => {
      screen.resize(newColumns, newRows)
      pty.resize(newColumns, newRows)
    },
    exitCode,
  }
}
