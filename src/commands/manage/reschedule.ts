import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import { isDuration, parseDuration } from '../../core/words/duration.ts'
import { parseDate } from '../../core/words/time.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../../frame/bulk/bulk-options.ts'
import { toFilter } from '../../frame/filter-options.ts'
import { withStore } from '../../frame/with-store.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface RescheduleFlags extends DatabaseFlags, BulkFlags {
  readonly in?: string
  readonly at?: string
  readonly now: boolean
}

export function rescheduleCommand(context: Context): Command {
  const command = new Command('reschedule')
    .summary('let delayed workflows begin sooner or later')
    .description('Change when delayed workflows may be taken from their queue.')
    .addOption(new Option('--in <duration>', 'this long from now: 5m').conflicts(['at', 'now']))
    .addOption(
      new Option('--at <time>', 'at 2026-01-31T12:00, local without a zone such as Z').conflicts('now'),
    )
    .addOption(new Option('--now', 'at once').default(false))
    .action((ids: string[], _, command: Command) =>
      runReschedule(context, ids, command.optsWithGlobals<RescheduleFlags>()),
    )
  return addBulkOptions(command)
}

async function runReschedule(
  context: Context,
  typed: readonly string[],
  flags: RescheduleFlags,
): Promise<void> {
  const delayUntilMs = readDelayUntilMs(
    typed.filter((id) => !isDuration(id)),
    flags,
    context.now(),
  )
  const filter = toFilter(context, flags)
  const options = { '--in': flags.in, '--at': flags.at, '--now': flags.now }
  const prepare = async () => async () => ({ delayUntilMs })
  await withStore(context, flags, (store) =>
    runBulk(context, store, { verb: 'reschedule', typed, filter, flags, options, prepare }),
  )
}

function readDelayUntilMs(ids: readonly string[], flags: RescheduleFlags, now: Date): number {
  if (flags.in !== undefined) return now.getTime() + parseDuration(flags.in)
  if (flags.now) return now.getTime()
  if (flags.at === undefined || isDuration(flags.at)) {
    const sentence =
      flags.at === undefined ? 'No time is given.' : `--at takes a time, and "${flags.at}" is a duration.`
    throw new CliError('usage', sentence, {
      hint: command('reschedule', ids.length > 0 ? ids : ['ID'], { '--in': flags.at ?? '5m' }),
    })
  }
  return parseDate(flags.at).getTime()
}
