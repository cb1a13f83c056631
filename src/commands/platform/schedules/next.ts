import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { positiveInteger } from '../../../frame/option-parsers.ts'
import { printRows } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { withReadStore } from '../../../frame/with-store.ts'
import { scheduleTimeColumns, toScheduleTimeJson } from '../../../render/manage/schedule-columns.ts'
import { findSchedule, type ScheduleFlags } from './find-schedule.ts'

export function nextCommand(context: Context): Command {
  return new Command('next')
    .summary('list the next times of a schedule, as executors compute them')
    .argument('<schedule>')
    .argument('[count]', 'how many', positiveInteger, 5)
    .action((name: string, count: number, _, own: Command) =>
      runNext(context, name, count, own.optsWithGlobals<ScheduleFlags>()),
    )
}

const most = 10_000

async function runNext(context: Context, name: string, count: number, flags: ScheduleFlags): Promise<void> {
  if (count > most) {
    throw new CliError('invalid-argument', `More than ${most} times are too many.`, {
      hint: `ask for ${most} or fewer`,
    })
  }
  await withReadStore(context, flags, async (store) => {
    const schedule = await findSchedule(store, name)
    const { cron, timezone, status } = schedule
    const times = await store.scheduleTimes(schedule, { since: await store.clock(), limit: count })
    await printRows(context, flags, {
      rows: times.map((at) => ({ at, timezone })),
      columns: scheduleTimeColumns,
      toJson: toScheduleTimeJson,
      toId: ({ at }) => at.toISOString(),
      empty: `DBOS finds no time for "${cron}".`,
    })
    if (flags.output !== 'table') return
    if (timezone === null)
      printNotice(context, 'It has no time zone: each executor takes its own; these are of this machine.')
    if (status === 'PAUSED')
      printNotice(context, phrase`It is paused, and starts nothing: ${command('schedules resume', [name])}`)
  })
}
