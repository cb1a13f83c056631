import type { BoardRow } from '../../core/store.ts'

/** So many are held; what is older is not looked at. */
export const mostRows = 10_000

interface Page {
  readonly after: string | undefined
  readonly isEnd: boolean
  readonly rows: readonly BoardRow[]
}

/** A page in its place among the rows, newest first. */
export function mergePage(before: readonly BoardRow[], { after, isEnd, rows }: Page): readonly BoardRow[] {
  const start = after === undefined ? 0 : before.findIndex(({ workflowId }) => workflowId === after) + 1
  const known = new Map(before.map((row) => [row.workflowId, row]))
  const page = rows.map((row) => keepListed(row, known.get(row.workflowId)))
  const last = rows.at(-1)
  const isRest = (row: BoardRow) => !last || (isOlder(row, last) && !paged.has(row.workflowId))
  const paged = new Set(rows.map(({ workflowId }) => workflowId))
  const rest = isEnd ? [] : before.slice(start).filter(isRest)
  return [...before.slice(0, start), ...page, ...rest].slice(0, mostRows)
}

/** How some of the rows are now; `isWanted` says which of them still belong here. */
export function refreshRows(
  before: readonly BoardRow[],
  ids: readonly string[],
  rows: readonly BoardRow[],
  isWanted: (row: BoardRow) => boolean,
): readonly BoardRow[] {
  const asked = new Set(ids)
  const found = new Map(rows.map((row) => [row.workflowId, row]))
  return before.flatMap((row) => {
    if (!asked.has(row.workflowId)) return row
    const now = found.get(row.workflowId)
    return now && isWanted(now) ? keepListed(now, row) : []
  })
}

function isOlder(row: BoardRow, than: BoardRow): boolean {
  const difference = row.createdAt.getTime() - than.createdAt.getTime()
  return difference < 0 || (difference === 0 && row.workflowId < than.workflowId)
}

/** Why it is where it is holds until it is seen to have moved. */
function keepListed(row: BoardRow, before: BoardRow | undefined): BoardRow {
  if (row.listed || !before?.listed || hasMoved(row, before)) return row
  return { ...row, listed: before.listed }
}

export function hasMoved(row: BoardRow, before: BoardRow): boolean {
  return (
    row.status !== before.status ||
    row.executorId !== before.executorId ||
    row.recoveryAttempts !== before.recoveryAttempts ||
    row.startedAt?.getTime() !== before.startedAt?.getTime()
  )
}
