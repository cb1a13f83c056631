import { keepWhy } from '../../core/diagnosis/known-why.ts'
import type { BoardRow } from '../../core/store.ts'

/** So many are held; what is older is not looked at. */
export const mostRows = 10_000

interface Page {
  readonly after: string | undefined
  readonly isEnd: boolean
  readonly rows: readonly BoardRow[]
}

/**
 * A page in its place among the rows, newest first: no more of them are looked at than lie where the page does. The same rows
 * where nothing is another.
 */
export function mergePage(before: readonly BoardRow[], { after, isEnd, rows }: Page): readonly BoardRow[] {
  const start = after === undefined ? 0 : before.findIndex(({ workflowId }) => workflowId === after) + 1
  const last = rows.at(-1)
  const ids = new Set(rows.map(({ workflowId }) => workflowId))
  const end = isEnd ? before.length : last ? endOf(before, start, { last, ids }) : start
  const known = new Map(before.slice(start, end).map((row) => [row.workflowId, row]))
  const page = rows.map((row) => keepWhy(row, known.get(row.workflowId)))
  const isSame = page.length === end - start && page.every((row, index) => row === before[start + index])
  return isSame ? before : before.slice(0, start).concat(page, before.slice(end)).slice(0, mostRows)
}

/** Where what is older than the page begins. Ids of one moment may be in another order in the database. */
function endOf(
  before: readonly BoardRow[],
  start: number,
  { last, ids }: { readonly last: BoardRow; readonly ids: ReadonlySet<string> },
): number {
  const isOfPage = (row: BoardRow) => !isOlder(row, last) || ids.has(row.workflowId)
  let end = start
  for (let row = before[end]; row && isOfPage(row); row = before[end]) end++
  return end
}

/** How some of the rows are now; `isWanted` says which of them still belong here. The same rows where nothing is another. */
export function refreshRows(
  before: readonly BoardRow[],
  ids: readonly string[],
  renewed: readonly BoardRow[],
  isWanted: (row: BoardRow) => boolean,
): readonly BoardRow[] {
  const asked = new Set(ids)
  const found = new Map(renewed.map((row) => [row.workflowId, row]))
  const rows = before.flatMap((row) => {
    if (!asked.has(row.workflowId)) return row
    const now = found.get(row.workflowId)
    return now && isWanted(now) ? keepWhy(now, row) : []
  })
  return rows.length === before.length && rows.every((row, index) => row === before[index]) ? before : rows
}

function isOlder(row: BoardRow, than: BoardRow): boolean {
  const difference = row.createdAt.getTime() - than.createdAt.getTime()
  return difference < 0 || (difference === 0 && row.workflowId < than.workflowId)
}
