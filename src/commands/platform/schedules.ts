import { Command } from 'commander'
import type { Context } from '../../context.ts'
import type { Schedule } from '../../core/platform.ts'
import type { Store } from '../../core/store.ts'
import { command } from '../../core/words/command-line.ts'
import {
  addListOptions,
  isJsonOutput,
  type OutputFlags,
  printIds,
  printOne,
  printRows,
} from '../../frame/output-format.ts'
import { addSignatureOptions } from '../../frame/record/sign.ts'
import { withReadStore, withStore } from '../../frame/with-store.ts'
import { scheduleColumns } from '../../render/columns/platform-columns.ts'
import { toScheduleJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { listOrNearest, requireThere, settleResult } from './platform-result.ts'

interface ScheduleFlags extends DatabaseFlags, OutputFlags {}

const listSchedules = command('schedules')

export function schedulesCommand(context: Context): Command {
  const command = addListOptions(new Command('schedules'), ['table', 'json', 'jsonl', 'ids'])
    .summary('list schedules with their next times; pause, resume, trigger')
    .description('List the schedules, and when each comes next.')
    .action((_, own: Command) => runList(context, own.optsWithGlobals<ScheduleFlags>()))
  const verbs = [
    statusCommand(context, 'pause', 'PAUSED', 'start nothing more on this schedule until it is resumed'),
    statusCommand(context, 'resume', 'ACTIVE', 'go on with a schedule that was paused'),
    triggerCommand(context),
  ]
  for (const verb of verbs) command.addCommand(verb.copyInheritedSettings(command))
  return command
}

async function runList(context: Context, flags: ScheduleFlags): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    await printRows(context, flags, {
      rows: await store.schedules(),
      columns: scheduleColumns,
      toJson: toScheduleJson,
      toId: ({ name }) => name,
      empty: `There is no schedule in ${store.database.label}.`,
    })
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
        settleResult(context, await store.setSchedule(name, status), {
          changed: `The schedule ${name} is ${status}.`,
          noOp: `The schedule ${name} is ${status} already.`,
          noOpHint: listSchedules,
          ...(await missing(store, name)),
        })
        const schedule = (await store.schedules()).find((one) => one.name === name)
        const json = toScheduleJson(requireThere(schedule, await missing(store, name)))
        await printOne(context, flags, { json, id: name })
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
        const workflowId = requireThere(await store.triggerSchedule(name), await missing(store, name))
        if (!isJsonOutput(flags)) return printIds(context.terminal, [workflowId])
        await printOne(context, flags, { json: { schedule: name, workflowId } })
      })
    })
}

async function missing(store: Store, name: string) {
  const names = (await store.schedules()).map((schedule) => schedule.name)
  return {
    notFound: `There is no schedule "${name}" there.`,
    notFoundHint: listOrNearest('schedules', name, names),
  }
}
