import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import { parseTime } from '../../core/words/time.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { withReadStore } from '../../frame/with-store.ts'
import {
  discrepancyColumns,
  ofDiscrepancy,
  ofDoubt,
  subjectOfVerified,
} from '../../render/columns/discrepancy-columns.ts'
import { counted } from '../../render/text.ts'
import { toDiscrepancyJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface VerifyFlags extends DatabaseFlags, OutputFlags {
  readonly since?: string
  /** The same, as it was called at first. */
  readonly from?: string
}

export function verifyCommand(context: Context): Command {
  const verify = new Command('verify')
    .summary('compare the record with the messages that are there, and name what is in doubt')
    .description(
      'Compare each decision on record with its message, look for answers without a decision, and for actions that were begun and of which nothing tells the end; exit 5 where there is one.',
    )
    .option('--since <time>', 'not before this time (default: since the first decision on record)')
    .addOption(new Option('--from <time>', 'the same as --since').hideHelp())
    .action((_, command: Command) => runVerify(context, command.optsWithGlobals<VerifyFlags>()))
  return addOutputOptions(verify, ['table', 'json', 'jsonl'])
}

async function runVerify(context: Context, flags: VerifyFlags): Promise<void> {
  const { since: given = flags.from } = flags
  const from = given === undefined ? undefined : parseTime(given, context.now())
  await withReadStore(context, flags, async (store) => {
    const { checked, since, discrepancies, doubts } = await store.verifyRecord({ from })
    const { label } = store.database
    await printRows(context, flags, {
      rows: [...discrepancies.map(ofDiscrepancy), ...doubts.map(ofDoubt)],
      columns: discrepancyColumns,
      toJson: toDiscrepancyJson,
      toId: subjectOfVerified,
      empty:
        since === null
          ? `No decision in the record of ${label}.`
          : `Messages and record of ${label} agree: ${checked === 1 ? '1 decision' : `${checked} decisions`} since ${since.toISOString()}.`,
    })
    const [first] = discrepancies
    if (!first && doubts.length === 0) return
    if (!first) {
      throw new CliError(
        'check-failed',
        `${counted(doubts.length, 'action')} in the record of ${label} ${doubts.length === 1 ? 'was' : 'were'} begun, and nothing tells whether ${doubts.length === 1 ? 'it was' : 'they were'} done.`,
        { hint: command('audit') },
      )
    }
    throw new CliError(
      'check-failed',
      discrepancies.length === 1
        ? `Messages and record of ${label} differ in one place.`
        : `Messages and record of ${label} differ in ${discrepancies.length} places.`,
      { hint: command('messages', [first.workflowId]) },
    )
  })
}
