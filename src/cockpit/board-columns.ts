import type { ListedWorkflow } from '../core/diagnosis/workflow-facts.ts'
import type { BoardRow } from '../core/store.ts'
import { listColumns } from '../render/columns/list-columns.ts'
import { paintStatus, statusText } from '../render/style.ts'
import type { Column } from '../render/table.ts'
import { pad, truncate } from '../render/text.ts'

/** What a list of workflows shows: as `list`. Until there was time to look why, the status stands for it. */
export const boardColumns: readonly Column<BoardRow>[] = listColumns.map((column) => {
  if (column.title === 'STATE') return orStatus(column)
  // Beside a cursor there is less room, and why it is there says more than what it is called.
  return { ...ofSummary(column), ...(column.title === 'NAME' && { optional: 1.5 }) }
})

/** A column that looks at nothing but what a summary has. */
function ofSummary({ value, short, compact, paint, ...column }: Column<ListedWorkflow>): Column<BoardRow> {
  const asListed = (row: BoardRow) => (row.listed ?? row) as ListedWorkflow
  return {
    ...column,
    fit: undefined,
    value: (row) => value(asListed(row)),
    ...(short && { short: (row, now) => short(asListed(row), now) }),
    ...(compact && { compact: (row) => compact(asListed(row)) }),
    ...(paint && { paint: (text, row, style, now) => paint(text, asListed(row), style, now) }),
  }
}

function orStatus({
  value,
  short,
  fit: fitListed,
  paint,
  ...column
}: Column<ListedWorkflow>): Column<BoardRow> {
  return {
    ...column,
    compact: undefined,
    value: ({ listed, status }) => (listed ? value(listed) : status),
    short: ({ listed, status }, now) => (listed && short ? short(listed, now) : statusText(status)),
    fit: ({ listed, status }, width, now) =>
      listed && fitListed ? fitListed(listed, width, now) : pad(truncate(statusText(status), width), width),
    paint: (text, { listed, status }, style, now) =>
      listed && paint ? paint(text, listed, style, now) : paintStatus(text, status, style),
  }
}
