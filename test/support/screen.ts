import xterm from '@xterm/headless'

export interface TestScreen {
  readonly columns: number
  readonly rows: number
  /** Takes bytes as a terminal does; resolves when they are on the screen. */
  write(text: string): Promise<void>
  resize(columns: number, rows: number): void
  /** Scrollback and screen as a person reads them, without the empty space at the ends. */
  text(): string[]
  /** What stands on the screen now. */
  visible(): string[]
  isCursorHidden(): boolean
  /** What is shown has no scrollback, and what was there before comes back after it. */
  isAlternate(): boolean
}

/** A terminal of which one sees the cells, not the bytes. */
export function createTestScreen(columns = 80, rows = 24): TestScreen {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true })
  let isCursorHidden = false
  const watchCursor = (isHidden: boolean) => (parameters: (number | number[])[]) => {
    if (parameters.includes(25)) isCursorHidden = isHidden
    return false
  }
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'l' }, watchCursor(true))
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'h' }, watchCursor(false))
  const lines = (from: number, to: number) => {
    const texts: string[] = []
    for (let row = from; row < to; row += 1)
      texts.push(terminal.buffer.active.getLine(row)?.translateToString(true).trimEnd() ?? '')
    while (texts.at(-1) === '') texts.pop()
    return texts
  }
  return {
    get columns() {
      return terminal.cols
    },
    get rows() {
      return terminal.rows
    },
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
    text: () => lines(0, terminal.buffer.active.length),
    visible: () => lines(terminal.buffer.active.baseY, terminal.buffer.active.baseY + terminal.rows),
    isCursorHidden: () => isCursorHidden,
    isAlternate: () => terminal.buffer.active.type === 'alternate',
  }
}
