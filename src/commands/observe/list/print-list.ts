import type { Context } from '../../../context.ts'
import { readListed } from '../../../core/diagnosis/read-listed.ts'
import type { ListedWorkflow } from '../../../core/diagnosis/workflow-facts.ts'
import type { Store } from '../../../core/store.ts'
import { renderArguments } from '../../../core/words/command-line.ts'
import type { WorkflowSummary } from '../../../core/workflow.ts'
import { printRows } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { suggestFilter } from '../../../frame/suggest-filter.ts'
import { listColumns, needsFacts } from '../../../render/columns/list-columns.ts'
import { workflowColumns } from '../../../render/columns/workflow-columns.ts'
import { toListedJson } from '../../../render/to-json.ts'
import { type ListFlags, type Listing, noneIn } from './listing.ts'

export async function printList(
  context: Context,
  store: Store,
  flags: ListFlags,
  { filter, query, limit }: Listing,
): Promise<void> {
  const found = await store.list({ ...query, limit: limit + 1 })
  const rows = found.slice(0, limit)
  await printWorkflows(context, store, flags, rows, noneIn(store, filter))
  if (rows.length === 0) await suggestFilter(context, store, filter)
  const last = rows.at(-1)
  if (last && found.length > rows.length) {
    const next = renderArguments([], { '--after': last.workflowId })
    printNotice(context, `The ${flags.sort} ${limit}; --limit shows more, ${next} the next.`)
  }
}

/** With what tells why they are where they are, as far as that is printed. */
export async function printWorkflows(
  context: Context,
  store: Store,
  flags: ListFlags,
  workflows: readonly WorkflowSummary[],
  empty: string,
): Promise<readonly ListedWorkflow[]> {
  const toId = ({ workflowId }: WorkflowSummary) => workflowId
  const isTable = flags.output === 'table' || flags.output === 'csv'
  const isScreen = flags.output === 'table' && context.terminal.stdout.isTerminal
  const columns = flags.columns ?? (isScreen ? listColumns : undefined)
  if (flags.output === 'ids' || (isTable && (columns === undefined || !needsFacts(columns)))) {
    await printRows(context, flags, {
      rows: workflows,
      columns: (columns as typeof workflowColumns | undefined) ?? workflowColumns,
      toJson: (workflow) => workflow,
      toId,
      empty,
    })
    return []
  }
  const outputs = columns?.some(({ title }) => title === 'RESULT')
  const rows = await readListed(store, workflows, { outputs })
  await printRows(context, flags, {
    rows,
    columns: columns ?? listColumns,
    toJson: (row) => toListedJson(row),
    toId,
    empty,
  })
  return rows
}
