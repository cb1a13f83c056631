import type { Context } from '../../../context.ts'
import { isStuck, type ListedWorkflow } from '../../../core/diagnosis/workflow-facts.ts'
import { lookedAt, type RootsPage } from '../../../core/roots.ts'
import type { Store } from '../../../core/store.ts'
import { command, type Phrase, phrase, renderArguments } from '../../../core/words/command-line.ts'
import { typedFilters } from '../../../frame/filter-options.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { suggestFilter } from '../../../frame/suggest-filter.ts'
import { type ListFlags, type Listing, narrowing, noneIn } from './listing.ts'
import { printWorkflows } from './print-list.ts'

/** Those that no other workflow started: a fan-out is one row. */
export async function printRoots(
  context: Context,
  store: Store,
  flags: ListFlags,
  { filter, query: { order, after }, limit }: Listing,
): Promise<void> {
  const page = await store.roots({ limit, filter: narrowing(filter), order, after })
  const empty = page.childCount > 0 ? 'No workflow that none started.' : noneIn(store, filter)
  const rows = await printWorkflows(context, store, flags, page.roots, empty)
  if (rows.length === 0 && page.stoppedAt === null) await suggestFilter(context, store, filter)
  for (const note of notesOf(page, rows, flags)) printNotice(context, note)
}

const counted = 1000

/** Counts end somewhere: what is behind it is not looked at. */
function countText(count: number, isCut: boolean): string {
  if (count > counted) return `${counted.toLocaleString('en')}+`
  return isCut ? `${count}+` : String(count)
}

function notesOf(page: RootsPage, rows: readonly ListedWorkflow[], flags: ListFlags): readonly Phrase[] {
  const { roots, rootCount, childCount, stoppedAt } = page
  const isCut = stoppedAt !== null
  const isMore = roots.length < rootCount
  const stuck = rows.filter(({ cause }) => isStuck(cause)).length
  const hidden = childCount > 0 ? `, ${countText(childCount, isCut)} children hidden (--children)` : ''
  const last = roots.at(-1)
  const next = isMore && last ? `; ${renderArguments([], { '--after': last.workflowId })} shows the next` : ''
  const doctor = stuck > 0 ? phrase`${isMore || hidden ? ' · ' : ''}${stuck} stuck: ${command('doctor')}` : ''
  const count =
    isMore || hidden ? `${roots.length} of ${countText(rootCount, isCut)} roots${hidden}${next}` : ''
  return [
    ...(count || doctor ? [phrase`${count}${doctor}`] : []),
    ...(stoppedAt && !isMore
      ? [
          phrase`The ${flags.sort} ${lookedAt.toLocaleString('en')} were looked at; behind them: ${behind(flags, stoppedAt)}`,
        ]
      : []),
  ]
}

function behind(flags: ListFlags, stoppedAt: Date): Phrase {
  const [end, sort] = flags.sort === 'oldest' ? ['--since', 'oldest'] : ['--until', undefined]
  const options = { ...typedFilters(flags), '--roots': true, [String(end)]: stoppedAt.toISOString() }
  return command('list', [], { ...options, '--sort': sort })
}
