import type { BoardRow } from '../store.ts'
import { isEnded, type WorkflowSummary } from '../workflow.ts'

/**
 * Whether it is asked (again) why a workflow is where it is: once it has moved, and in a round that is `due` of what goes on by
 * itself. Of what was not there a look ago only where somebody is `eager`: where all flies by it is gone before it is read.
 */
export function isWhyAsked(
  row: WorkflowSummary,
  before: BoardRow | undefined,
  { isDue, isEager }: { readonly isDue: boolean; readonly isEager: boolean },
): boolean {
  if (!before) return isEager
  if (!before.listed || hasMoved(row, before)) return true
  return isDue && (!isEnded(row.status) || before.listed.children !== null)
}

/** Why it is where it is holds until it is seen to have moved. A row that is as it was is the very one that it was. */
export function keepWhy(row: BoardRow, before: BoardRow | undefined): BoardRow {
  if (!before || row.listed || (before.listed && hasMoved(row, before))) return row
  const kept = { ...row, listed: before.listed }
  return isSame(kept, before) ? before : kept
}

function isSame(row: BoardRow, before: BoardRow): boolean {
  return (Object.keys(row) as (keyof BoardRow)[]).every((key) => {
    const [own, other] = [row[key], before[key]]
    return (
      own === other || (own instanceof Date && other instanceof Date && own.getTime() === other.getTime())
    )
  })
}

function hasMoved(row: WorkflowSummary, before: WorkflowSummary): boolean {
  return (
    row.status !== before.status ||
    row.executorId !== before.executorId ||
    row.recoveryAttempts !== before.recoveryAttempts ||
    row.startedAt?.getTime() !== before.startedAt?.getTime()
  )
}
