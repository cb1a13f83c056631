import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { command } from '../../../core/words/command-line.ts'
import { confirm } from '../../../frame/confirm.ts'
import { printOne } from '../../../frame/output-format.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withStore } from '../../../frame/with-store.ts'
import { toScheduleJson } from '../../../render/to-json.ts'
import { settleResult } from '../platform-result.ts'
import { findSchedule, missingSchedule, type ScheduleFlags } from './find-schedule.ts'

interface DeleteFlags extends ScheduleFlags {
  readonly yes: boolean
}

export function deleteCommand(context: Context): Command {
  return addSignatureOptions(new Command('delete'))
    .summary('delete a schedule; what it started stays')
    .argument('<schedule>')
    .option('--yes', 'do not ask', false)
    .action((name: string, _, own: Command) => runDelete(context, name, own.optsWithGlobals<DeleteFlags>()))
}

async function runDelete(context: Context, name: string, flags: DeleteFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const schedule = await findSchedule(store, name)
    const what = `Delete the schedule ${name}`
    const question = `${what} (${schedule.workflow}, ${schedule.cron}) in ${store.database.label}?`
    await confirm(context, store, { what, question }, flags.yes)
    await settleResult(context, await store.deleteSchedule(name), {
      changed: `The schedule ${name} is deleted.`,
      noOp: `The schedule ${name} is deleted already.`,
      noOpHint: command('schedules'),
      ...missingSchedule(store, name),
    })
    await printOne(context, flags, { json: toScheduleJson(schedule), id: name })
  })
}
