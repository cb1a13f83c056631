import type { Context } from '../../../context.ts'
import type { Store } from '../../../core/store.ts'
import { interruptCode } from '../../../frame/interrupt.ts'
import { printIds } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { type Listing, noneIn } from './listing.ts'

const pageSize = 1000

/** Page after page, so that it takes no more memory for a million than for a thousand. */
export async function printEveryId(
  context: Context,
  store: Store,
  { filter, query }: Listing,
): Promise<void> {
  const { terminal, interrupts } = context
  let page = await store.list({ ...query, limit: pageSize })
  if (page.length === 0) printNotice(context, noneIn(store, filter))
  while (page.length > 0 && !interrupts.signal.aborted) {
    await printIds(
      terminal,
      page.map(({ workflowId }) => workflowId),
    )
    if (page.length < pageSize) return
    page = await store.list({ ...query, limit: pageSize, after: page.at(-1) })
  }
  if (interrupts.signal.aborted) context.exitWith(interruptCode(context))
}
