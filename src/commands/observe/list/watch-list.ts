import type { Context } from '../../../context.ts'
import { isWhyAsked, keepWhy } from '../../../core/diagnosis/known-why.ts'
import { lookedAt } from '../../../core/roots.ts'
import type { BoardQuery, BoardRow, Store } from '../../../core/store.ts'
import { toBoardColumns } from '../../../render/columns/board-columns.ts'
import { listColumns, needsFacts } from '../../../render/columns/list-columns.ts'
import { createStyle } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'
import { type ListFlags, type Listing, narrowing, noneIn } from './listing.ts'

const redrawMs = 1000
/** What tells why, of what does not move, and what lies behind the look is read again after so many rounds. */
const wholeEvery = 8
/** Where more of the rows than this share are new in each round, why is asked no more often than in so many rounds. */
const busy = { share: 0.25, whyEvery: 4 }
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
  const shownColumns = toBoardColumns(columns)
  const isWhyShown = needsFacts(columns)
  const outputs = columns.some(({ title }) => title === 'RESULT')
  const style = createStyle(stdout.colorLevel)
  const region = terminal.liveRegion(stdout)
  const { order, after } = query
  const narrow = narrowing(filter)

  const read = async (
    before: readonly BoardRow[],
    { isWhole, isWhyDue }: { readonly isWhole: boolean; readonly isWhyDue: boolean },
  ): Promise<readonly BoardRow[]> => {
    const shown = Math.min(limit, Math.max(1, stdout.rows - 3))
    const known = new Map(before.map((row) => [row.workflowId, row]))
    const when = { isDue: isWhole, isEager: before.length === 0 }
    const isAsked: BoardQuery['isAsked'] = (row) =>
      isWhyShown && isWhyDue && isWhyAsked(row, known.get(row.workflowId), when)
    const asking = { isAsked, outputs }
    const near = narrow && isWhole ? lookedAt : look
    const { rows } = areRoots
      ? await store.board({
          roots: { limit: shown, filter: narrow, look: near, nearOnly: !isWhole, order, after },
          ...asking,
        })
      : await store.board({ pages: [{ ...query, limit: shown }], ...asking })
    const found = rows.map((row) => keepWhy(row, known.get(row.workflowId)))
    if (!areRoots || isWhole) return found
    // Who is behind the look was found in a whole round, and is as it was then.
    const ids = new Set(found.map(({ workflowId }) => workflowId))
    return [...found, ...before.filter(({ workflowId }) => !ids.has(workflowId))].slice(0, shown)
  }

  let rows: readonly BoardRow[] = []
  let isBusy = false
  try {
    for (let round = 0; !signal.aborted; round++) {
      const before = rows
      const isWhyDue = !isBusy || round % busy.whyEvery === 0
      rows = await read(before, { isWhole: round % wholeEvery === 0, isWhyDue })
      isBusy = round > 0 && countNew(rows, before) > busy.share * rows.length
      const frame = { style, width: stdout.columns, now: now() }
      region.render(rows.length > 0 ? renderTable(shownColumns, rows, frame) : [noneIn(store, filter)])
      await sleep(redrawMs, signal)
    }
  } finally {
    region.finish()
  }
}

function countNew(rows: readonly BoardRow[], before: readonly BoardRow[]): number {
  const known = new Set(before.map(({ workflowId }) => workflowId))
  return rows.filter(({ workflowId }) => !known.has(workflowId)).length
}
