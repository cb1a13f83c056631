import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { type PlannedRun, planBackfill } from '../../../core/run/plan-backfill.ts'
import { command } from '../../../core/words/command-line.ts'
import { parseTime } from '../../../core/words/time.ts'
import { confirm } from '../../../frame/confirm.ts'
import { interruptCode } from '../../../frame/interrupt.ts'
import { printRows } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withStore } from '../../../frame/with-store.ts'
import {
  type BackfilledRun,
  backfillColumns,
  toBackfilledJson,
} from '../../../render/manage/schedule-columns.ts'
import { describeBackfill } from '../../../render/manage/schedule-text.ts'
import { counted } from '../../../render/text.ts'
import { requireThere } from '../platform-result.ts'
import { findSchedule, missingSchedule, type ScheduleFlags } from './find-schedule.ts'

interface BackfillFlags extends ScheduleFlags {
  readonly since: string
  readonly until?: string
  readonly dryRun: boolean
  readonly yes: boolean
}

export function backfillCommand(context: Context): Command {
  return addSignatureOptions(new Command('backfill'))
    .summary('start the runs of a time that has passed')
    .description(
      'Start the runs of a schedule that did not start at their time, under the ids that they would have had: what is there already is left alone, and the same command goes on where it was interrupted. Each gets the time at which it should have started.',
    )
    .argument('<schedule>')
    .requiredOption('--since <time>', 'the runs from this time on, or from a duration ago such as 7d')
    .option('--until <time>', 'and before this time (default: now)')
    .option('--dry-run', 'say what would be started, and do nothing', false)
    .option('--yes', 'do not ask', false)
    .action((name: string, _, own: Command) =>
      runBackfill(context, name, own.optsWithGlobals<BackfillFlags>()),
    )
}

async function runBackfill(context: Context, name: string, flags: BackfillFlags): Promise<void> {
  const now = context.now()
  const since = parseTime(flags.since, now)
  const until = flags.until === undefined ? now : parseTime(flags.until, now)
  if (until > now) {
    throw new CliError('invalid-argument', 'What is to come cannot be backfilled: --until has not passed.', {
      hint: command('schedules backfill', [name], { '--since': flags.since }),
    })
  }
  if (since >= until) {
    throw new CliError('invalid-argument', 'There is no time from --since to --until.', {
      hint: command('schedules backfill', [name], { '--since': flags.until ?? '1d' }),
    })
  }
  await withStore(context, flags, async (store) => {
    const schedule = await findSchedule(store, name)
    const runs = await planBackfill(store, schedule, { since, until })
    const missing = runs.filter(({ isThere }) => !isThere)
    printNotice(context, ...describeBackfill(schedule, runs))
    if (missing.length === 0) {
      throw new CliError('nothing-to-do', `No run of ${name} is missing in that time.`, {
        hint: command('schedules next', [name]),
      })
    }
    let done: readonly string[] = []
    if (!flags.dryRun) {
      const what = `Start ${counted(missing.length, 'run')} of ${name}`
      await confirm(context, store, { what, question: `${what} in ${store.database.label}?` }, flags.yes)
      const range = { since, until }
      done = await requireThere(
        await store.backfillSchedule(name, range, context.interrupts.signal),
        missingSchedule(store, name),
      )
    }
    const started = new Set(done)
    const outcomeOf = ({ isThere, workflowId }: PlannedRun): BackfilledRun['outcome'] =>
      isThere ? 'existing' : started.has(workflowId) ? 'started' : flags.dryRun ? 'would-start' : 'left'
    await printRows(context, flags, {
      rows: runs.map((run) => ({ ...run, outcome: outcomeOf(run) })),
      columns: backfillColumns,
      toJson: toBackfilledJson,
      toId: ({ workflowId }) => workflowId,
      empty: '',
    })
    if (!context.interrupts.signal.aborted) return
    printNotice(context, 'Interrupted; the same command goes on.')
    context.exitWith(interruptCode(context))
  })
}
