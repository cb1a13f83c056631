import type { Viewport } from '../render/gutter.ts'
import { type Column, renderTable } from '../render/table.ts'
import { escapeControls, truncate } from '../render/text.ts'
import { firstVisible, type RowList } from './row-list.ts'

/** Columns keep their widths while the cursor stays among as many rows. */
const measuredRows = 50

/** The part of a list that is around its cursor, as a table, in at most `room` lines. */
export function listLines<Row>(
  list: RowList<Row>,
  columns: readonly Column<Row>[],
  frame: Viewport,
  room: number,
  empty: string,
): string[] {
  const { style, width } = frame
  const { shown, cursor } = list
  if (shown.length === 0) {
    const text = list.rows.length > 0 ? `nothing matches /${escapeControls(list.search)}` : empty
    return [style.faint(truncate(`  ${text}`, width))]
  }
  const rowRoom = Math.max(1, room - 1)
  const first = firstVisible(list, rowRoom)
  const chunkStart = first - (first % measuredRows)
  const chunk = shown.slice(chunkStart, Math.max(chunkStart + measuredRows, first + rowRoom))
  const [header = '', ...rows] = renderTable(columns, chunk, { ...frame, width: Math.max(1, width - 2) })
  const lines = rows.slice(first - chunkStart, first - chunkStart + rowRoom).map((row, index) => {
    return first + index === cursor ? `${style.accent('❯')} ${row}` : `  ${row}`
  })
  return [`  ${header}`, ...lines]
}
