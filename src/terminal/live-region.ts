import stringWidth from 'string-width'
import type { LiveRegion } from './terminal.ts'

/** Where a region draws: the size may change at any time, and each `write` reaches the terminal as a whole. */
interface Screen {
  readonly columns: number
  readonly rows: number
  write(text: string): void
}

const beginFrame = '\x1b[?2026h'
const endFrame = '\x1b[?2026l'
const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'
const wrapOff = '\x1b[?7l'
const wrapOn = '\x1b[?7h'
const eraseToLineEnd = '\x1b[K'
const eraseBelow = '\x1b[J'
const firstCell = '\x1b[H'

interface RegionOptions {
  /** It is all there is on the screen: it begins in the first cell, and no line is left free below it. */
  readonly isWhole?: boolean
}

/** A live region of our own: log-update loses count of its rows when the terminal gets narrower and wraps its lines. */
export function createLiveRegion(screen: Screen, { isWhole = false }: RegionOptions = {}): LiveRegion {
  let frame: readonly string[] = []
  let frameColumns = 0
  let frameRows = 0
  let isCursorHidden = false

  const isResized = () => frame.length > 0 && (frameColumns !== screen.columns || frameRows !== screen.rows)

  /** Back to the first cell of the frame. A terminal that got narrower has wrapped its lines; one that got lower has scrolled some away. */
  const goHome = () => {
    if (isWhole) return firstCell
    if (!isResized()) return `\r${up(frame.length)}`
    const rowsUp = frame.reduce((sum, line) => sum + rowsOf(line, frameColumns, screen.columns), 0)
    return `\r${up(Math.min(rowsUp, screen.rows - 1))}`
  }

  const draw = (above: readonly string[], lines: readonly string[]) => {
    const old = above.length > 0 || isResized() ? [] : frame
    const body = lines.map((line, index) => (line === old[index] ? '' : drawLine(line, screen.columns)))
    const isFull = isWhole && lines.length === screen.rows
    const lineEnd = lines.length > 0 && !isFull ? '\r\n' : ''
    screen.write(
      [
        beginFrame,
        hideCursor,
        goHome(),
        ...above.map((line) => drawWrapped(line, screen.columns)),
        wrapOff,
        body.join('\r\n'),
        lineEnd,
        isFull ? '' : eraseBelow,
        wrapOn,
        endFrame,
      ].join(''),
    )
    frame = lines
    frameColumns = screen.columns
    frameRows = screen.rows
    isCursorHidden = true
  }

  return {
    render: (lines) => {
      const visible = lines.slice(0, isWhole ? screen.rows : Math.max(1, screen.rows - 1))
      if (!isResized() && isSame(visible, frame)) return
      draw([], visible)
    },
    printAbove: (text) => draw(text.split(/\r?\n/), frame),
    finish: (lines = frame) => {
      if (!isCursorHidden && lines.length === 0) return
      const body = lines.map((line) => drawWrapped(line, screen.columns))
      screen.write([beginFrame, goHome(), ...body, eraseBelow, showCursor, endFrame].join(''))
      frame = []
      isCursorHidden = false
    },
  }
}

/** Off a terminal only what stands at the end is worth a line. */
export function createPlainRegion(write: (text: string) => void): LiveRegion {
  let last: readonly string[] = []
  return {
    render: (lines) => {
      last = lines
    },
    printAbove: (text) => write(`${text}\n`),
    finish: (lines = last) => {
      last = []
      for (const line of lines) write(`${line}\n`)
    },
  }
}

/**
 * Lines are drawn over what was there and the rest of their row is erased. Erasing everything first would be simpler,
 * but tmux moves what is erased from the top of its screen into the scrollback. A full row leaves the cursor on its
 * last cell, and erasing from there would eat that cell.
 */
function drawLine(line: string, columns: number): string {
  return `${line}${widthOf(line) < columns ? eraseToLineEnd : ''}`
}

/** The same for a line that may take several rows. */
function drawWrapped(line: string, columns: number): string {
  const width = widthOf(line)
  return `${line}${width === 0 || width % columns > 0 ? eraseToLineEnd : ''}\r\n`
}

/** How many rows a line takes now that was cut at `drawnColumns` when it was drawn. */
function rowsOf(line: string, drawnColumns: number, columns: number): number {
  return Math.max(1, Math.ceil(Math.min(widthOf(line), drawnColumns) / columns))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the styles are ours
const styles = /\x1b\[\d+m/g

/** Most lines are made of letters, signs of one cell and styles, which need no tables. */
function widthOf(line: string): number {
  const plain = line.replaceAll(styles, '')
  return /^[\x20-\x7e·…›↑↓→─━│┃●○◌◻◼✓✗⊘▸❯]*$/.test(plain) ? plain.length : stringWidth(line)
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : ''
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}
