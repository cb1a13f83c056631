import type { Context } from '../../../context.ts'
import { isWhyAsked, keepWhy } from '../../../core/diagnosis/known-why.ts'
import type { ListedWorkflow } from '../../../core/diagnosis/workflow-facts.ts'
import type { BoardQuery, BoardRow, Store } from '../../../core/store.ts'
import { listColumns, needsFacts } from '../../../render/columns/list-columns.ts'
import type { workflowColumns } from '../../../render/columns/workflow-columns.ts'
import { createStyle } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'
import { type ListFlags, type Listing, noneIn } from './listing.ts'

const redrawMs = 1000
/** What tells why, of what does not move, and what lies behind the look is read again after so many rounds. */
const wholeEvery = 8
/** Not as many as without `--watch`: it looks every second. */
const look = 2000

/** One transaction a second: what is there, and of what moved why. */
export async function watchList(
  { terminal, now, sleep, interrupts: { signal } }: Context,
  store: Store,
  flags: ListFlags,
  { filter, query, limit }: Listing,
  areRoots: boolean,
): Promise<void> {
  const { stdout } = terminal
  const columns = flags.columns ?? listColumns
  const isWhyShown = needsFacts(columns)
  const outputs = columns.some(({ title }) => title === 'RESULT')
  const style = createStyle(stdout.colorLevel)
  const region = terminal.liveRegion(stdout)
  const { order, after } = query

  const read = async (before: readonly BoardRow[], isWhole: boolean): Promise<readonly BoardRow[]> => {
    const shown = Math.min(limit, Math.max(1, stdout.rows - 3))
    const known = new Map(before.map((row) => [row.workflowId, row]))
    const isAsked: BoardQuery['isAsked'] = (row) =>
      isWhyShown && isWhyAsked(row, known.get(row.workflowId), isWhole)
    const asking = { isAsked, outputs }
    const { rows } = areRoots
      ? await store.board({
          roots: { limit: shown, look, nearOnly: !isWhole, order, after },
          // Who is behind the look was found in a whole round.
          ids: isWhole || order === 'oldest' ? [] : before.map(({ workflowId }) => workflowId),
          ...asking,
        })
      : await store.board({ pages: [{ ...query, limit: shown }], ...asking })
    return rows.slice(0, shown).map((row) => keepWhy(row, known.get(row.workflowId)))
  }

  let rows: readonly BoardRow[] = []
  try {
    for (let round = 0; !signal.aborted; round++) {
      rows = await read(rows, round % wholeEvery === 0)
      const frame = { style, width: stdout.columns, now: now() }
      const lines = isWhyShown
        ? renderTable(columns, rows.flatMap(toListed), frame)
        : renderTable(columns as typeof workflowColumns, rows, frame)
      region.render(rows.length > 0 ? lines : [noneIn(store, filter)])
      await sleep(redrawMs, signal)
    }
  } finally {
    region.finish()
  }
}

/** As it is now, and why as it was asked; without what was gone when that was asked. */
function toListed(row: BoardRow): ListedWorkflow[] {
  return row.listed ? [{ ...row.listed, ...row }] : []
}
