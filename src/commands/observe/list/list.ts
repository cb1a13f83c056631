import { Command, Option } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { countedFields } from '../../../core/manage/manage.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { nearest } from '../../../core/words/nearest.ts'
import { addFilterOptions, toFilter } from '../../../frame/filter-options.ts'
import { positiveInteger } from '../../../frame/option-parsers.ts'
import { addListOptions, type OutputFlags } from '../../../frame/output-format.ts'
import { withWholeExecutor } from '../../../frame/whole-executor.ts'
import { withStore } from '../../../frame/with-store.ts'
import { findExactWorkflow } from '../../../frame/workflow-ids.ts'
import { findListColumn, listColumnNames } from '../../../render/columns/list-columns.ts'
import { type ListColumns, type ListFlags, usualLimit } from './listing.ts'
import { printCounts } from './print-counts.ts'
import { printEveryId } from './print-every-id.ts'
import { printList } from './print-list.ts'
import { printRoots } from './print-roots.ts'
import { watchList } from './watch-list.ts'

export function listCommand(context: Context): Command {
  const command = new Command('list')
    .summary('list recent workflows')
    .description(
      'List workflows, the newest first, and why each is where it is. On a terminal, without a filter, those that no other one started, with their children counted.',
    )
    .option('--children', 'on a terminal, too: each child in a row of its own', false)
    .option('--limit <count>', 'at most this many (default: 20; with -o ids in a pipe: all)', positiveInteger)
    .addOption(
      new Option('--sort <order>', 'by when they were created')
        .choices(['newest', 'oldest'])
        .default('newest'),
    )
    .option('--after <id>', 'go on right after this one, in the same order')
    .option('--columns <names>', `only these, in this order: ${listColumnNames.join(', ')}`, parseColumns)
    .addOption(new Option('--count-by <field>', 'count them instead').choices(countedFields))
    .option('--watch', 'draw the table again every second, until ctrl-c', false)
    .action((_, command: Command) => runList(context, command.optsWithGlobals<ListFlags>()))
  addFilterOptions(command)
  return addListOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

function parseColumns(text: string): ListColumns {
  return text.split(',').map((name) => {
    const column = findListColumn(name)
    if (column) return column
    const meant = nearest(name, listColumnNames) ?? 'id,name,state'
    throw new CliError('invalid-argument', `There is no column "${name}".`, {
      hint: phrase`${command('list', [], { '--columns': meant })}   # of ${listColumnNames.join(', ')}`,
    })
  })
}

async function runList(context: Context, flags: ListFlags): Promise<void> {
  const given = toFilter(context, flags)
  if (flags.watch) requireScreen(context, flags)
  await withStore(
    context,
    flags,
    async (store) => {
      const filter = await withWholeExecutor(context, store, given ?? {})
      if (flags.countBy) return printCounts(context, store, flags, filter, flags.countBy)
      const after =
        flags.after === undefined ? undefined : await findExactWorkflow(context, store, flags.after)
      const order = flags.sort
      const listing = { filter, query: { ...filter, order, after }, limit: flags.limit ?? usualLimit }
      if (isForPipe(context, flags)) return printEveryId(context, store, listing)
      // Where somebody reads them the look is bounded; a pipe gets all that match, however long it takes.
      const areRoots = (given === undefined || given.hasParent === false) && isForPerson(context, flags)
      if (flags.watch) return watchList(context, store, flags, listing, areRoots)
      return areRoots ? printRoots(context, store, flags, listing) : printList(context, store, flags, listing)
    },
    { isFollowed: flags.watch, isReading: !flags.watch },
  )
}

/** Nobody reads them: whoever is at the other end wants all that match. */
function isForPipe({ terminal }: Context, { output, limit }: ListFlags): boolean {
  return output === 'ids' && limit === undefined && !terminal.stdout.isTerminal
}

function isForPerson({ terminal }: Context, { output, children }: ListFlags): boolean {
  return output === 'table' && terminal.stdout.isTerminal && !children
}

function requireScreen({ terminal }: Context, { output }: OutputFlags): void {
  if (terminal.stdout.canRedraw && output === 'table') return
  throw new CliError('no-terminal', 'list --watch needs a terminal.', {
    hint: phrase`${command('watch', ['ID'], { '-o': 'jsonl' })}   # follows workflows in a pipe`,
  })
}
