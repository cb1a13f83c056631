import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import type { ScheduleDefinition } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import { command } from '../../../core/words/command-line.ts'
import { parseJson } from '../../../core/words/json.ts'
import { readInput } from '../../../frame/input.ts'
import { printOne } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withStore } from '../../../frame/with-store.ts'
import { describeNext } from '../../../render/manage/schedule-text.ts'
import { toScheduleJson } from '../../../render/to-json.ts'
import { settleResult } from '../platform-result.ts'
import { findSchedule, missingSchedule, type ScheduleFlags } from './find-schedule.ts'

interface DefinitionFlags extends ScheduleFlags {
  readonly cron?: string
  readonly context?: string
  readonly timezone?: string
  readonly queue?: string
  readonly automaticBackfill?: boolean
}

interface CreateFlags extends DefinitionFlags {
  readonly cron: string
  readonly workflow: string
  readonly class?: string
  readonly application?: string
}

export function createCommand(context: Context): Command {
  const command = new Command('create')
    .summary('create a schedule')
    .description(
      'Create a schedule. Executors see it within half a minute, and enqueue its workflow whenever it comes: with the time as the first argument, and --context as the second.',
    )
    .argument('<schedule>')
    .requiredOption('--workflow <name>', 'what it starts')
    .requiredOption('--cron <expression>', 'when: five fields, or six with the seconds first')
    .option('--class <name>', 'the class of the workflow (default: as it ran before)')
    .option(
      '--application <name>',
      'its workers alone start it (default: as it ran before, else those of all)',
    )
  addDefinition(command).option('--automatic-backfill', 'start what was missed while no executor ran', false)
  return addSignatureOptions(command).action((name: string, _, own: Command) =>
    runCreate(context, name, own.optsWithGlobals<CreateFlags>()),
  )
}

export function updateCommand(context: Context): Command {
  const command = new Command('update')
    .summary('change a schedule; what is not given stays')
    .argument('<schedule>')
    .option('--cron <expression>', 'when: five fields, or six with the seconds first')
  addDefinition(command)
    .option('--automatic-backfill', 'start what was missed while no executor ran')
    .option('--no-automatic-backfill', 'leave it')
  return addSignatureOptions(command).action((name: string, _, own: Command) =>
    runUpdate(context, name, own.optsWithGlobals<DefinitionFlags>()),
  )
}

function addDefinition(command: Command): Command {
  return command
    .option('--context <json>', 'what each run gets besides its time; @FILE, or - for stdin')
    .option('--timezone <zone>', 'such as Europe/Paris; none for that of each executor')
    .option('--queue <queue>', 'where its runs wait; none for the queue of every executor')
}

async function runCreate(context: Context, name: string, flags: CreateFlags): Promise<void> {
  const changes = await toDefinition(context, flags)
  const { cron, workflow } = flags
  await withStore(context, flags, async (store) => {
    const [before] = await store.origins(workflow)
    const schedule = {
      ...{ cron, workflow, context: undefined, timezone: null, queue: null, automaticBackfill: false },
      ...{ className: flags.class ?? before?.className ?? null },
      ...{ application: flags.application ?? before?.application ?? null },
      ...changes,
    }
    if (!before) printNotice(context, `No workflow ${workflow} ran here before.`)
    await settleResult(context, await store.createSchedule(name, schedule), {
      changed: `The schedule ${name} is created.`,
      noOp: `There is a schedule ${name} already.`,
      noOpHint: command('schedules update', [name], { '--cron': cron }),
      ...missingSchedule(store, name),
    })
    await printSchedule(context, store, name, flags)
  })
}

async function runUpdate(context: Context, name: string, flags: DefinitionFlags): Promise<void> {
  const changes = await toDefinition(context, flags)
  if (Object.keys(changes).length === 0) {
    throw new CliError('usage', 'Nothing to change was given.', {
      hint: command('schedules update', [], { '--help': true }),
    })
  }
  await withStore(context, flags, async (store) => {
    await settleResult(context, await store.updateSchedule(name, changes), {
      changed: `The schedule ${name} is changed.`,
      noOp: `The schedule ${name} is so already.`,
      ...missingSchedule(store, name),
    })
    await printSchedule(context, store, name, flags)
  })
}

async function printSchedule(
  context: Context,
  store: Store,
  name: string,
  flags: ScheduleFlags,
): Promise<void> {
  const schedule = await findSchedule(store, name)
  if (flags.output === 'table') printNotice(context, ...describeNext(schedule))
  await printOne(context, flags, { json: toScheduleJson(schedule), id: name })
}

/** What was given. Throws `invalid-argument`. */
async function toDefinition(context: Context, flags: DefinitionFlags): Promise<Partial<ScheduleDefinition>> {
  const { cron, timezone, queue, automaticBackfill } = flags
  const json = flags.context === undefined ? undefined : await readInput(context, flags.context)
  return {
    ...(cron !== undefined && { cron }),
    ...(json !== undefined && { context: parseJson(json, 'The --context') }),
    ...(timezone !== undefined && { timezone: unlessNone(timezone) }),
    ...(queue !== undefined && { queue: unlessNone(queue) }),
    ...(automaticBackfill !== undefined && { automaticBackfill }),
  }
}

function unlessNone(text: string): string | null {
  return text === 'none' || text === '' ? null : text
}
