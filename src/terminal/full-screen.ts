import type { ReadStream } from 'node:tty'
import { cleanText } from './clean-text.ts'
import { createLiveRegion } from './live-region.ts'
import { readKeys } from './read-keys.ts'
import type { FullScreen, Key, LiveRegion } from './terminal.ts'

interface Place {
  readonly stdin: ReadStream
  readonly screen: { readonly columns: number; readonly rows: number; write(text: string): void }
  /** Hands over at once what was written: the process may end, or stop, right after. */
  writeOut(): void
  /** Whoever says something says it here until it is closed. */
  takeNotes(region: Pick<LiveRegion, 'printAbove'> | undefined): void
  /** For what was said last, where nobody is left to show it. */
  note(text: string): void
}

const heartbeatMs = 1000
const enter = '\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l\x1b[?2004h'
const leave = '\x1b[?2004l\x1b[?1049l\x1b[?25h'

/** The buffer beside the scrollback, with the keys; both are given back in whatever way this process ends. */
export function openFullScreen({ stdin, screen, writeOut, takeNotes, note }: Place): FullScreen {
  let region = createLiveRegion(screen, { isWhole: true })
  let last: readonly string[] = []
  let isOpen = true
  let isStopped = false
  let stopKeys = () => {}
  const notes: string[] = []
  const keyListeners: ((key: Key) => void)[] = []
  const noteListeners: ((text: string) => void)[] = []

  const take = () => {
    screen.write(enter)
    stopKeys = readKeys(stdin, (key) => {
      if (key.ctrl && key.name === 'z' && process.platform !== 'win32') return suspend()
      for (const listener of keyListeners) listener(key)
    })
  }
  const giveBack = () => {
    stopKeys()
    screen.write(leave)
    writeOut()
  }
  /** Job control, which raw mode keeps from the shell. */
  const suspend = () => {
    giveBack()
    isStopped = true
    // Without keys nothing else may keep the process until it hears that it goes on.
    const waiting = setInterval(() => {}, heartbeatMs)
    process.once('SIGCONT', () => {
      isStopped = false
      clearInterval(waiting)
      if (!isOpen) return
      take()
      region = createLiveRegion(screen, { isWhole: true })
      region.render(last)
    })
    process.kill(process.pid, 'SIGTSTP')
  }
  const close = () => {
    if (!isOpen) return
    isOpen = false
    process.off('exit', leaveInHaste)
    takeNotes(undefined)
    giveBack()
  }
  /** Nobody closed it: what was said last is why. */
  const leaveInHaste = () => {
    close()
    for (const text of notes) note(text)
    writeOut()
  }

  process.once('exit', leaveInHaste)
  takeNotes({
    printAbove: (text) => {
      notes.push(text)
      for (const listener of noteListeners) listener(text)
    },
  })
  take()
  return {
    render: (lines) => {
      if (!isOpen) return
      last = lines.map(cleanText)
      // Timers that were due come before the news that it goes on.
      if (!isStopped) region.render(last)
    },
    onKey: (listener) => keyListeners.push(listener),
    onNote: (listener) => noteListeners.push(listener),
    copy: (text) => screen.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    close,
  }
}
