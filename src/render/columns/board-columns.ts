import type { ListedWorkflow } from '../../core/diagnosis/workflow-facts.ts'
import type { BoardRow } from '../../core/store.ts'
import { paintStatus, statusText } from '../style.ts'
import type { Column } from '../table.ts'
import { pad, truncate } from '../text.ts'
import { listColumns, needsFacts } from './list-columns.ts'

const titlesOfList = listColumns.map(({ title }) => title)

/** The same columns for rows of which it is not known yet why they are where they are: the status stands for it. */
export function toBoardColumns(columns: readonly Column<ListedWorkflow>[]): readonly Column<BoardRow>[] {
  return columns.map((column) => (column.title === 'STATE' ? orStatus(column) : orNothing(column)))
}

/** What a list of workflows under a cursor shows. There is less room, and why it is there says more than what it is called. */
export const boardColumns = toBoardColumns(
  listColumns.map((column) => (column.title === 'NAME' ? { ...column, optional: 1.5 } : column)),
)

function orNothing(given: Column<ListedWorkflow>): Column<BoardRow> {
  const { value, short, compact, paint, ...column } = given
  // It looks at nothing but what a summary has.
  const isOfSummary = titlesOfList.includes(given.title) || !needsFacts([given])
  const asListed = (row: BoardRow) => (row.listed ?? row) as ListedWorkflow
  const orEmpty = (text: (row: ListedWorkflow) => string) => (row: BoardRow) =>
    isOfSummary || row.listed ? text(asListed(row)) : ''
  return {
    ...column,
    fit: undefined,
    value: orEmpty(value),
    ...(short && { short: (row, now) => orEmpty((listed) => short(listed, now))(row) }),
    ...(compact && { compact: orEmpty(compact) }),
    ...(paint && {
      paint: (text, row, style, now) =>
        isOfSummary || row.listed ? paint(text, asListed(row), style, now) : text,
    }),
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
