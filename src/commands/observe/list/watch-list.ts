import type { Context } from '../../../context.ts'
import type { ListedWorkflow } from '../../../core/diagnosis/workflow-facts.ts'
import type { Store } from '../../../core/store.ts'
import type { WorkflowSummary } from '../../../core/workflow.ts'
import { readListed } from '../../../frame/listed-workflows.ts'
import { listColumns } from '../../../render/columns/list-columns.ts'
import { createStyle } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'
import { type ListFlags, type Listing, noneIn } from './listing.ts'

const redrawMs = 1000
/** What tells why, and what lies behind the look, is read again after so many rounds where no row has changed. */
const wholeEvery = 8
/** Not as many as without `--watch`: it looks every second. */
const look = 2000

export async function watchList(
  { terminal, now, sleep, interrupts: { signal } }: Context,
  store: Store,
  flags: ListFlags,
  { filter, query, limit }: Listing,
  areRoots: boolean,
): Promise<void> {
  const { stdout } = terminal
  const style = createStyle(stdout.colorLevel)
  const region = terminal.liveRegion(stdout)
  const { order, after } = query
  const read = async (nearOnly: boolean): Promise<readonly WorkflowSummary[]> => {
    const shown = Math.min(limit, Math.max(1, stdout.rows - 3))
    if (areRoots) return (await store.roots({ limit: shown, look, nearOnly, order, after })).roots
    return store.list({ ...query, limit: shown })
  }
  let seen = ''
  let rows: readonly ListedWorkflow[] = []
  try {
    for (let round = 0; !signal.aborted; round++) {
      const near = await read(true)
      const state = JSON.stringify([near, stdout.rows])
      if (state !== seen || round % wholeEvery === 0) {
        const isAll = !areRoots || near.length >= limit
        rows = await readListed(store, isAll ? near : await read(false))
      }
      seen = state
      const frame = { style, width: stdout.columns, now: now() }
      region.render(
        rows.length > 0 ? renderTable(flags.columns ?? listColumns, rows, frame) : [noneIn(store, filter)],
      )
      await sleep(redrawMs, signal)
    }
  } finally {
    region.finish()
  }
}
