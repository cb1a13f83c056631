import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import type { Schedule } from '../../../core/platform.ts'
import { listSchedules } from '../../../core/run/list-schedules.ts'
import { command } from '../../../core/words/command-line.ts'
import { addListOptions, isJsonOutput, printIds, printOne, printRows } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withReadStore, withStore } from '../../../frame/with-store.ts'
import { scheduleColumns } from '../../../render/manage/schedule-columns.ts'
import { describeMissed } from '../../../render/manage/schedule-text.ts'
import { toListedScheduleJson, toScheduleJson } from '../../../render/to-json.ts'
import { requireThere, settleResult } from '../platform-result.ts'
import { backfillCommand } from './backfill.ts'
import { createCommand, updateCommand } from './define.ts'
import { deleteCommand } from './delete-schedule.ts'
import { findSchedule, missingSchedule, type ScheduleFlags } from './find-schedule.ts'
import { getCommand } from './get-schedule.ts'
import { nextCommand } from './next.ts'

const seeSchedules = command('schedules')

export function schedulesCommand(context: Context): Command {
  const command = addListOptions(new Command('schedules'), ['table', 'json', 'jsonl', 'ids'])
    .summary('list schedules with their next times; get, pause, resume, trigger, backfill, create, delete')
    .description(
      'List the schedules, when each comes next, and what was missed since it last came: while it was paused, or while no worker ran.',
    )
    .action((_, own: Command) => runList(context, own.optsWithGlobals<ScheduleFlags>()))
  const verbs = [
    getCommand(context),
    nextCommand(context),
    statusCommand(context, 'pause', 'PAUSED', 'start nothing more on this schedule until it is resumed'),
    statusCommand(context, 'resume', 'ACTIVE', 'go on with a schedule that was paused'),
    triggerCommand(context),
    backfillCommand(context),
    ...[createCommand(context), updateCommand(context), deleteCommand(context)],
  ]
  for (const verb of verbs) command.addCommand(verb.copyInheritedSettings(command))
  return command
}

async function runList(context: Context, flags: ScheduleFlags): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    const schedules = await listSchedules(store)
    await printRows(context, flags, {
      rows: schedules,
      columns: scheduleColumns,
      toJson: toListedScheduleJson,
      toId: ({ name }) => name,
      empty: `There is no schedule in ${store.database.label}.`,
    })
    if (flags.output === 'table') printNotice(context, ...schedules.flatMap(describeMissed))
  })
}

function statusCommand(
  context: Context,
  verb: 'pause' | 'resume',
  status: Schedule['status'],
  summary: string,
): Command {
  return addSignatureOptions(new Command(verb))
    .summary(summary)
    .argument('<schedule>')
    .action((name: string, _, command: Command) => {
      const flags = command.optsWithGlobals<ScheduleFlags>()
      return withStore(context, flags, async (store) => {
        await settleResult(context, await store.setSchedule(name, status), {
          changed: `The schedule ${name} is ${status}.`,
          noOp: `The schedule ${name} is ${status} already.`,
          noOpHint: seeSchedules,
          ...missingSchedule(store, name),
        })
        await printOne(context, flags, { json: toScheduleJson(await findSchedule(store, name)), id: name })
      })
    })
}

function triggerCommand(context: Context): Command {
  return addSignatureOptions(new Command('trigger'))
    .summary('start the workflow of a schedule now; prints its id')
    .argument('<schedule>')
    .action((name: string, _, command: Command) => {
      const flags = command.optsWithGlobals<ScheduleFlags>()
      return withStore(context, flags, async (store) => {
        const workflowId = await requireThere(await store.triggerSchedule(name), missingSchedule(store, name))
        if (!isJsonOutput(flags)) return printIds(context.terminal, [workflowId])
        await printOne(context, flags, { json: { schedule: name, workflowId } })
      })
    })
}
