import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import { parseTime } from '../../core/words/time.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { withStore } from '../../frame/with-store.ts'
import { discrepancyColumns } from '../../render/columns/discrepancy-columns.ts'
import { toDiscrepancyJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface VerifyFlags extends DatabaseFlags, OutputFlags {
  readonly from?: string
}

export function verifyCommand(context: Context): Command {
  const verify = new Command('verify')
    .summary('compare the record with the messages that are there')
    .description(
      'Compare each decision on record with its message, and look for answers without a decision; exit 5 where they differ.',
    )
    .option('--from <time>', 'not before this time (default: since the first decision on record)')
    .action((_, command: Command) => runVerify(context, command.optsWithGlobals<VerifyFlags>()))
  return addOutputOptions(verify, ['table', 'json', 'jsonl'])
}

async function runVerify(context: Context, flags: VerifyFlags): Promise<void> {
  const from = flags.from === undefined ? undefined : parseTime(flags.from, context.now())
  await withStore(context, flags, async (store) => {
    const { checked, since, discrepancies } = await store.verifyRecord({ from })
    const { label } = store.database
    await printRows(context, flags, {
      rows: discrepancies,
      columns: discrepancyColumns,
      toJson: toDiscrepancyJson,
      toId: waitId,
      empty:
        since === null
          ? `No decision in the record of ${label}.`
          : `Messages and record of ${label} agree: ${checked === 1 ? '1 decision' : `${checked} decisions`} since ${since.toISOString()}.`,
    })
    const [first] = discrepancies
    if (!first) return
    throw new CliError(
      'check-failed',
      discrepancies.length === 1
        ? `Messages and record of ${label} differ in one place.`
        : `Messages and record of ${label} differ in ${discrepancies.length} places.`,
      { hint: command('messages', [first.workflowId]) },
    )
  })
}
