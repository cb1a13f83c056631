import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { type StatsRequest, statsParts } from '../../core/metrics/workflow-stats.ts'
import { command } from '../../core/words/command-line.ts'
import { parseTime } from '../../core/words/time.ts'
import { repeatable } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags, printOne, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { suggestFilter } from '../../frame/suggest-filter.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { nameStatsColumns, toStatsJson } from '../../render/stats/stats-columns.ts'
import { failingLine, slowestLines, statsLines } from '../../render/stats/stats-lines.ts'
import { createStyle } from '../../render/style.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface StatsFlags extends DatabaseFlags, OutputFlags {
  readonly since: string
  readonly until?: string
  readonly name?: readonly string[]
  readonly queue?: readonly string[]
  readonly application?: readonly string[]
}

export function statsCommand(context: Context): Command {
  const command = new Command('stats')
    .summary('throughput, waits and durations by name; the slowest, and what fails most')
    .description(
      'Tell of the workflows that ended in a time how many there were a second, and their steps; how long they waited on their queue and how long they took, half of them and 95 of 100; the slowest five, and what failed most.',
    )
    .option('--since <time>', 'what ended since, or within a duration such as 1d', '1h')
    .option('--until <time>', 'and before this time (default: now)')
    .addOption(repeatable('--name <name>', 'of this name, or Class.name; repeat it for any of several'))
    .addOption(repeatable('--queue <queue>', 'of this queue'))
    .addOption(repeatable('--application <name>', 'of this application'))
    .action((_, own: Command) => runStats(context, own.optsWithGlobals<StatsFlags>()))
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

/** More than these take their time, and whoever waits for them hears it. */
const many = 100_000

async function runStats(context: Context, flags: StatsFlags): Promise<void> {
  const now = context.now()
  const { name, queue, application } = flags
  const filter = { name, queue, application }
  const since = parseTime(flags.since, now)
  const until = flags.until === undefined ? now : parseTime(flags.until, now)
  if (since >= until) {
    throw new CliError('invalid-argument', 'There is no time from --since to --until.', {
      hint: command('stats', [], { '--since': '1h' }),
    })
  }
  const request: StatsRequest = { ...filter, since, until, parts: statsParts }
  await withReadStore(context, flags, async (store) => {
    const estimate = await store.estimateStats(request)
    if (estimate > many)
      printNotice(context, `Reads about ${estimate.toLocaleString('en')} workflows, and counts their steps.`)
    const stats = await store.stats(request)
    if (flags.output !== 'table') {
      await printOne(context, flags, { json: toStatsJson(stats, request) })
      return
    }
    if (stats.ended === 0) {
      printNotice(context, `No workflow ended in that time in ${store.database.label}.`)
      return suggestFilter(context, store, filter)
    }
    const { stdout } = context.terminal
    const style = createStyle(stdout.colorLevel)
    if (stdout.isTerminal)
      await context.terminal.print([...statsLines(stats, request, style, stdout.columns), ''].join('\n'))
    await printRows(context, flags, {
      rows: stats.names,
      columns: nameStatsColumns,
      toJson: (row) => row,
      toId: (row) => row.name,
      empty: '',
    })
    if (stdout.isTerminal)
      await context.terminal.print(['', ...slowestLines(stats, style, stdout.columns)].join('\n'))
    printNotice(context, ...failingLine(stats, flags))
  })
}
