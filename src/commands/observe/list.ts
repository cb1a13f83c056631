import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { type CountableField, countableFields } from '../../core/manage/manage.ts'
import { describeFilter, type WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import type { Store, WorkflowQuery } from '../../core/store.ts'
import { command, phrase, renderArguments } from '../../core/words/command-line.ts'
import type { WorkflowSummary } from '../../core/workflow.ts'
import { addFilterOptions, type FilterFlags, toFilter } from '../../frame/filter-options.ts'
import { interruptCode } from '../../frame/interrupt.ts'
import { positiveInteger } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags, printIds, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { suggestFilter } from '../../frame/suggest-filter.ts'
import { withWholeExecutor } from '../../frame/whole-executor.ts'
import { withStore } from '../../frame/with-store.ts'
import { findExactWorkflow } from '../../frame/workflow-ids.ts'
import { countColumns, workflowColumns } from '../../render/columns/workflow-columns.ts'
import { createStyle } from '../../render/style.ts'
import { type Column, renderTable } from '../../render/table.ts'
import { toSummaryJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface ListFlags extends DatabaseFlags, OutputFlags, FilterFlags {
  readonly limit?: number
  readonly sort: 'newest' | 'oldest'
  readonly after?: string
  readonly columns?: readonly Column<WorkflowSummary>[]
  readonly countBy?: CountableField
  readonly watch: boolean
}

const columnNames = workflowColumns.map(({ title }) => title.toLowerCase())

export function listCommand(context: Context): Command {
  const command = new Command('list')
    .summary('list recent workflows')
    .description('List workflows, the newest first.')
    .option('--limit <count>', 'at most this many (default: 20; with -o ids in a pipe: all)', positiveInteger)
    .addOption(
      new Option('--sort <order>', 'by when they were created')
        .choices(['newest', 'oldest'])
        .default('newest'),
    )
    .option('--after <id>', 'go on right after this one, in the same order')
    .option('--columns <names>', `only these, in this order: ${columnNames.join(', ')}`, parseColumns)
    .addOption(new Option('--count-by <field>', 'count them instead').choices(countableFields))
    .option('--watch', 'draw the table again every second, until ctrl-c', false)
    .action((_, command: Command) => runList(context, command.optsWithGlobals<ListFlags>()))
  addFilterOptions(command)
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

function parseColumns(text: string): readonly Column<WorkflowSummary>[] {
  return text.split(',').map((name) => {
    const column = workflowColumns.find(({ title }) => title.toLowerCase() === name.trim().toLowerCase())
    if (column) return { ...column, optional: undefined }
    throw new CliError('invalid-argument', `There is no column "${name}".`, { hint: columnNames.join(', ') })
  })
}

const usualLimit = 20

interface Matching {
  readonly filter: WorkflowFilter
  readonly query: Omit<WorkflowQuery, 'limit'>
}

interface Listing extends Matching {
  readonly limit: number
}

/** Nobody reads them: whoever is at the other end wants all that match. */
function isForPipe({ terminal }: Context, { output, limit }: ListFlags): boolean {
  return output === 'ids' && limit === undefined && !terminal.stdout.isTerminal
}

const pageSize = 1000

/** Page after page, so that it takes no more memory for a million than for a thousand. */
async function printEveryId(context: Context, store: Store, { filter, query }: Matching): Promise<void> {
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

async function runList(context: Context, flags: ListFlags): Promise<void> {
  const given = toFilter(context, flags) ?? {}
  if (flags.watch) requireScreen(context, flags)
  await withStore(
    context,
    flags,
    async (store) => {
      const filter = await withWholeExecutor(context, store, given)
      if (flags.countBy) return printCounts(context, store, flags, filter, flags.countBy)
      const after =
        flags.after === undefined ? undefined : await findExactWorkflow(context, store, flags.after)
      const query = { ...filter, order: flags.sort, after }
      if (isForPipe(context, flags)) return printEveryId(context, store, { filter, query })
      const limit = flags.limit ?? usualLimit
      const show = flags.watch ? watchList : printList
      return show(context, store, flags, { filter, query, limit })
    },
    { isFollowed: flags.watch },
  )
}

async function printList(
  context: Context,
  store: Store,
  flags: ListFlags,
  { filter, query, limit }: Listing,
): Promise<void> {
  const found = await store.list({ ...query, limit: limit + 1 })
  const rows = found.slice(0, limit)
  await printRows(context, flags, {
    rows,
    columns: flags.columns ?? workflowColumns,
    toJson: toSummaryJson,
    toId: ({ workflowId }) => workflowId,
    empty: noneIn(store, filter),
  })
  if (rows.length === 0) await suggestFilter(context, store, filter)
  const last = rows.at(-1)
  if (last && found.length > rows.length) {
    const next = renderArguments([], { '--after': last.workflowId })
    printNotice(context, `The ${flags.sort} ${limit}; --limit shows more, ${next} the next.`)
  }
}

async function printCounts(
  context: Context,
  store: Store,
  flags: ListFlags,
  filter: WorkflowFilter,
  field: CountableField,
): Promise<void> {
  const rows = await store.countBy(filter, field)
  await printRows(context, flags, {
    rows,
    columns: countColumns(field),
    toJson: ({ value, count }) => ({ value, count }),
    toId: ({ value }) => value ?? '',
    empty: noneIn(store, filter),
  })
  if (rows.length === 0) await suggestFilter(context, store, filter)
}

function noneIn({ database }: Store, filter: WorkflowFilter): string {
  const described = describeFilter(filter)
  return `No workflow in ${database.label}${described ? `: ${described}` : ''}.`
}

function requireScreen({ terminal }: Context, { output }: OutputFlags): void {
  if (terminal.stdout.canRedraw && output === 'table') return
  throw new CliError('no-terminal', 'list --watch needs a terminal.', {
    hint: phrase`${command('watch', ['ID'], { '-o': 'jsonl' })}   # follows workflows in a pipe`,
  })
}

const redrawMs = 1000

async function watchList(
  { terminal, now, sleep, interrupts: { signal } }: Context,
  store: Store,
  flags: ListFlags,
  { filter, query, limit }: Listing,
): Promise<void> {
  const { stdout } = terminal
  const style = createStyle(stdout.colorLevel)
  const region = terminal.liveRegion(stdout)
  try {
    while (!signal.aborted) {
      const rows = await store.list({ ...query, limit: Math.min(limit, Math.max(1, stdout.rows - 3)) })
      const frame = { style, width: stdout.columns, now: now() }
      region.render(
        rows.length > 0
          ? renderTable(flags.columns ?? workflowColumns, rows, frame)
          : [noneIn(store, filter)],
      )
      await sleep(redrawMs, signal)
    }
  } finally {
    region.finish()
  }
}
