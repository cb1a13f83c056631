import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { reportSchedule } from '../../../core/run/report-schedule.ts'
import { printOne } from '../../../frame/output-format.ts'
import { withReadStore } from '../../../frame/with-store.ts'
import { renderSchedule } from '../../../render/manage/schedule-details.ts'
import { createStyle } from '../../../render/style.ts'
import { toScheduleReportJson } from '../../../render/to-json.ts'
import { requireThere } from '../platform-result.ts'
import { missingSchedule, type ScheduleFlags } from './find-schedule.ts'

export function getCommand(context: Context): Command {
  return new Command('get')
    .summary('show a schedule: what it starts, its next times, its last runs, what it missed')
    .description(
      'Show a schedule: what it starts, its next five times, what became of its last runs, and what it missed. What a pause missed that has ended is known where drover recorded it (audit init): DBOS keeps no times of pauses.',
    )
    .argument('<schedule>')
    .action((name: string, _, own: Command) => runGet(context, name, own.optsWithGlobals<ScheduleFlags>()))
}

async function runGet(context: Context, name: string, flags: ScheduleFlags): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    const report = await requireThere(await reportSchedule(store, name), missingSchedule(store, name))
    const { terminal, databaseFlags, now } = context
    const { colorLevel, columns, isTerminal } = terminal.stdout
    const width = isTerminal ? columns : Number.POSITIVE_INFINITY
    const frame = { style: createStyle(colorLevel), width, now: now(), databaseFlags }
    await printOne(context, flags, {
      json: toScheduleReportJson(report),
      id: name,
      text: renderSchedule(report, frame).join('\n'),
    })
  })
}
