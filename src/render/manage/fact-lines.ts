import type { Viewport } from '../gutter.ts'
import { type Column, renderTable } from '../table.ts'
import { pad } from '../text.ts'

export const keyWidth = 13

/** Lines behind their key; none where nothing is known. */
export function factLines(key: string, lines: readonly string[], { style }: Viewport): string[] {
  return lines.map((line, index) => `${style.faint(pad(index === 0 ? key : '', keyWidth))}${line}`)
}

/** A table below its title, and what is to be said above it; none where there are no rows. */
export function tableSection<Row>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  frame: Viewport,
  above: readonly string[] = [],
): string[] {
  if (rows.length === 0) return []
  const table = renderTable(columns, rows, { ...frame, width: frame.width - 2 })
  return ['', frame.style.strong(title), ...[...above, ...table].map((line) => `  ${line}`)]
}
