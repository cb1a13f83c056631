import type { Style } from './style.ts'
import { displayWidth, pad, truncate, visible } from './text.ts'

export interface Column<Row> {
  readonly title: string
  /** The full value: what a pipe gets, and a terminal too unless there is a `short` form. */
  readonly value: (row: Row) => string
  /** What a terminal shows instead, without styles. */
  readonly short?: (row: Row, now: Date) => string
  /** Styles the text that was fitted into its cell. */
  readonly paint?: (text: string, row: Row, style: Style) => string
  readonly align?: 'left' | 'right'
  /** The column may be cut down to this many cells; without it, it keeps its width. */
  readonly minWidth?: number
  /** Left out where it does not fit, the highest number first, and where all its cells are empty. */
  readonly optional?: number
}

interface Sized<Row> {
  readonly column: Column<Row>
  readonly cells: readonly string[]
  readonly width: number
}

const gap = '  '

/** For a terminal: a faint header and columns that fit `width` cells. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { style, width, now }: { readonly style: Style; readonly width: number; readonly now: Date },
): string[] {
  const fitted = fitColumns(
    columns
      .map((column) => measure(column, rows, now))
      .filter(({ column, cells }) => isWorthShowing(column, cells)),
    width,
  )
  const header = fitted.map(({ column, width: cellWidth }) => fitCell(column.title, column, cellWidth))
  const body = rows.map((row, index) =>
    fitted.map(({ column, cells, width: cellWidth }) => {
      const text = fitCell(cells[index] ?? '', column, cellWidth)
      return column.paint ? column.paint(text, row, style) : text
    }),
  )
  return [style.faint(header.join(gap).trimEnd()), ...body.map((cells) => cells.join(gap).trimEnd())]
}

/** For a pipe: full values between tabs, without header and colour; tabs and newlines in values are made visible. */
export function renderTsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  return rows.map((row) => columns.map(({ value }) => visible(value(row))).join('\t'))
}

function measure<Row>(column: Column<Row>, rows: readonly Row[], now: Date): Sized<Row> {
  const cells = rows.map((row) => visible((column.short ?? column.value)(row, now)))
  const width = cells.reduce(
    (widest, cell) => Math.max(widest, displayWidth(cell)),
    displayWidth(column.title),
  )
  return { column, cells, width }
}

function isWorthShowing<Row>({ optional }: Column<Row>, cells: readonly string[]): boolean {
  return optional === undefined || cells.length === 0 || cells.some((cell) => cell !== '')
}

/** Cuts what may be cut as long as that is enough, then leaves columns out, and at last cuts everything. */
function fitColumns<Row>(columns: readonly Sized<Row>[], width: number): readonly Sized<Row>[] {
  const shrunk = shrink(columns, width, ({ column, width: natural }) =>
    Math.min(natural, column.minWidth ?? natural),
  )
  if (totalWidth(shrunk) <= width) return shrunk
  const dropped = columns
    .filter(({ column }) => column.optional !== undefined)
    .sort((a, b) => (b.column.optional ?? 0) - (a.column.optional ?? 0))[0]
  if (dropped)
    return fitColumns(
      columns.filter((column) => column !== dropped),
      width,
    )
  const squeezed = shrink(columns, width, () => 1)
  return totalWidth(squeezed) <= width ? squeezed : fitColumns(columns.slice(0, -1), width)
}

/** Takes from the widest column that still gives, so that narrow ones stay whole. */
function shrink<Row>(
  columns: readonly Sized<Row>[],
  width: number,
  minWidthOf: (column: Sized<Row>) => number,
): readonly Sized<Row>[] {
  const widths = columns.map((column) => column.width)
  const minWidths = columns.map(minWidthOf)
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

function fitCell<Row>(text: string, { align }: Column<Row>, width: number): string {
  return pad(truncate(text, width), width, align)
}
