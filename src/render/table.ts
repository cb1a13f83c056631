import type { Style } from './style.ts'
import {
  displayWidth,
  escapeControls,
  escapeName,
  escapeWholeName,
  pad,
  truncate,
  truncateMiddle,
} from './text.ts'

export interface Column<Row> {
  readonly title: string
  /** The full value: what a pipe gets, and a terminal too unless there is a `short` form. */
  readonly value: (row: Row) => string
  /** What a terminal shows instead, without styles. */
  readonly short?: (row: Row, now: Date) => string
  /** What people or programs wrote, not a name: emoji and writing that needs invisible characters stay whole. */
  readonly isText?: boolean
  /** A shorter form for where not every cell fits. */
  readonly compact?: (row: Row) => string
  /** What stands in a cell of this width instead of the text cut to it; as wide as that, and harmless. */
  readonly fit?: (row: Row, width: number, now: Date) => string
  /** Styles the text that was fitted into its cell. */
  readonly paint?: (text: string, row: Row, style: Style, now: Date) => string
  readonly align?: 'left' | 'right'
  /** Cells may be cut down to this width; without it they stay whole as long as other columns can be left out. */
  readonly minWidth?: number
  /** Where everything must give, cells are not cut below this width before other columns are. */
  readonly lastWidth?: number
  /** Where cells lose what does not fit; the end by default. */
  readonly truncate?: 'end' | 'middle'
  /** Left out before others are cut below their `minWidth`. */
  readonly givesWay?: boolean
  /** Left out where it does not fit, the highest number first, and where all its cells are empty. */
  readonly optional?: number
}

interface Sized<Row> {
  readonly column: Column<Row>
  readonly cells: readonly string[]
  readonly width: number
  readonly minWidth: number
}

const gap = '  '

/** For a terminal: a faint header and columns that fit `width` cells. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { style, width, now }: { readonly style: Style; readonly width: number; readonly now: Date },
): string[] {
  const shown = columns.filter((column) => isWorthShowing(column, rows))
  const whole = shown.map((column) => measure(column, rows, column.short ?? column.value, now))
  const fitted = dropOptional(whole, width) ?? fitCompact(whole, rows, width, now)
  const header = fitted.map(({ column, width: cellWidth }) => fitCell(column.title, column, cellWidth))
  const body = rows.map((row, index) =>
    fitted.map(({ column, cells, width: cellWidth }) => {
      const text = column.fit?.(row, cellWidth, now) ?? fitCell(cells[index] ?? '', column, cellWidth)
      return column.paint ? column.paint(text, row, style, now) : text
    }),
  )
  return [style.faint(header.join(gap).trimEnd()), ...body.map((cells) => cells.join(gap).trimEnd())]
}

/** For a pipe: full values between tabs, without colour; tabs and newlines in values are made visible. */
export function renderTsv<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  headers = false,
): string[] {
  const lines = rows.map((row) => columns.map((column) => escapeCell(column, column.value(row))).join('\t'))
  return headers ? [columns.map(({ title }) => title).join('\t'), ...lines] : lines
}

function fitCompact<Row>(
  whole: readonly Sized<Row>[],
  rows: readonly Row[],
  width: number,
  now: Date,
): readonly Sized<Row>[] {
  const compact = whole.map((sized) =>
    sized.column.compact ? measure(sized.column, rows, sized.column.compact, now) : sized,
  )
  return dropOptional(compact, width) ?? squeeze(compact, width)
}

function escapeCell<Row>({ isText = false }: Column<Row>, text: string): string {
  return isText ? escapeControls(text) : escapeName(text)
}

function measure<Row>(
  column: Column<Row>,
  rows: readonly Row[],
  cellOf: (row: Row, now: Date) => string,
  now: Date,
): Sized<Row> {
  const harmless = column.isText ? escapeControls : escapeWholeName
  const cells = rows.map((row) => harmless(cellOf(row, now)))
  const width = cells.reduce(
    (widest, cell) => Math.max(widest, displayWidth(cell)),
    displayWidth(column.title),
  )
  // What all rows have gives its room to what differs.
  const isConstant = cells.length > 1 && cells.every((cell) => cell === cells[0])
  const minWidth = (isConstant && column.lastWidth) || (column.minWidth ?? width)
  return { column, cells, width, minWidth: Math.min(width, minWidth) }
}

function isWorthShowing<Row>({ optional, value }: Column<Row>, rows: readonly Row[]): boolean {
  return optional === undefined || rows.length === 0 || rows.some((row) => value(row) !== '')
}

/** Leaves columns out until the others fit; undefined when those that are always shown do not. */
function dropOptional<Row>(columns: readonly Sized<Row>[], width: number): readonly Sized<Row>[] | undefined {
  const shrunk = shrink(columns, width)
  if (totalWidth(shrunk) <= width) return shrunk
  const dropped = columns
    .filter(({ column }) => column.optional !== undefined)
    .sort((a, b) => (b.column.optional ?? 0) - (a.column.optional ?? 0))[0]
  if (!dropped) return undefined
  return dropOptional(
    columns.filter((column) => column !== dropped),
    width,
  )
}

/** The last resort: cuts below what makes sense, and the last columns off. */
function squeeze<Row>(columns: readonly Sized<Row>[], width: number): readonly Sized<Row>[] {
  const needed = columns.filter(({ column }) => column.optional === undefined && !column.givesWay)
  // Those that stood whole give first: an id is known by its ends, a text is not.
  const isWhole = ({ column }: Sized<Row>) =>
    column.lastWidth !== undefined && (column.minWidth === undefined || column.truncate === 'middle')
  const lower = (sized: Sized<Row>) => ({
    ...sized,
    minWidth: Math.min(sized.width, sized.column.lastWidth ?? 1),
  })
  const cut = shrink(
    needed.map((sized) => (isWhole(sized) ? lower(sized) : sized)),
    width,
  )
  const squeezed = shrink(cut.map(lower), width)
  return totalWidth(squeezed) <= width || needed.length <= 1 ? squeezed : squeeze(needed.slice(0, -1), width)
}

/** Takes from the widest column that still gives, so that narrow ones stay whole. */
function shrink<Row>(columns: readonly Sized<Row>[], width: number): readonly Sized<Row>[] {
  const widths = columns.map((column) => column.width)
  const minWidths = columns.map((column) => column.minWidth)
  let excess = totalWidth(columns) - width
  while (excess > 0) {
    const giving = widths.reduce(
      (widest, own, index) =>
        own > (minWidths[index] ?? own) && own > (widths[widest] ?? 0) ? index : widest,
      -1,
    )
    if (giving < 0) break
    widths[giving] = (widths[giving] ?? 0) - 1
    excess -= 1
  }
  return columns.map((column, index) => ({ ...column, width: widths[index] ?? column.width }))
}

function totalWidth<Row>(columns: readonly Sized<Row>[]): number {
  return columns.reduce((sum, { width }) => sum + width, Math.max(0, columns.length - 1) * gap.length)
}

function fitCell<Row>(text: string, { align, truncate: side }: Column<Row>, width: number): string {
  return pad(side === 'middle' ? truncateMiddle(text, width) : truncate(text, width), width, align)
}
