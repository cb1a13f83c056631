import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import type { ApplicationRows, RenameRequest } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { confirm } from '../../../frame/confirm.ts'
import { type OutputFlags, printOne } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { addSignatureOptions, type SignatureFlags } from '../../../frame/record/sign.ts'
import { withStore } from '../../../frame/with-store.ts'
import { counted } from '../../../render/text.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

interface RenameFlags extends DatabaseFlags, OutputFlags, SignatureFlags {
  readonly adoptUnclaimedRows: boolean
  readonly whileRunning: boolean
  readonly dryRun: boolean
  readonly yes: boolean
}

export function renameApplicationCommand(context: Context): Command {
  return addSignatureOptions(new Command('rename-application'))
    .summary('give what belongs to an application to its new name')
    .description(
      'Give the queues, schedules, versions, workflows and steps of an application to its new name. Stop the application first: its executors go on under the old name until they are started anew.',
    )
    .argument('<old>')
    .argument('<new>')
    .option('--adopt-unclaimed-rows', 'also what belongs to no application', false)
    .option('--while-running', 'even while executors of the old name live', false)
    .option('--dry-run', 'say how much it is, and do nothing', false)
    .option('--yes', 'do not ask', false)
    .action((from: string, to: string, _, own: Command) =>
      runRename(context, { from, to }, own.optsWithGlobals<RenameFlags>()),
    )
}

async function runRename(
  context: Context,
  { from, to }: Pick<RenameRequest, 'from' | 'to'>,
  flags: RenameFlags,
): Promise<void> {
  if (from === '' || to === '' || from === to) {
    throw new CliError('usage', 'An application is renamed from one name to another.', {
      hint: command('versions rename-application', [], { '--help': true }),
    })
  }
  await withStore(context, flags, async (store) => {
    const adoptsUnclaimed = flags.adoptUnclaimedRows
    const owned = await store.applicationRows(from)
    const unclaimed = adoptsUnclaimed ? await store.applicationRows(null) : undefined
    if (isNothing(owned) && (!unclaimed || isNothing(unclaimed))) {
      throw new CliError('not-there', `Nothing belongs to an application "${from}" there.`, {
        hint: command('versions'),
      })
    }
    await refuseRunning(context, store, from, flags)
    printNotice(context, `${from}: ${describeRows(owned)}.`)
    if (unclaimed) printNotice(context, `Of no application: ${describeRows(unclaimed)}.`)
    const target = await store.applicationRows(to)
    if (!isNothing(target)) printNotice(context, `${to} has already: ${describeRows(target)}.`)
    let moved = unclaimed ? sum(owned, unclaimed) : owned
    if (!flags.dryRun) {
      const what = `Rename the application ${from} to ${to}`
      await confirm(context, store, { what, question: `${what} in ${store.database.label}?` }, flags.yes)
      moved = await store.renameApplication({ from, to, adoptsUnclaimed })
      printNotice(context, `${to} has them now. Start its executors under that name.`)
    }
    await printOne(context, flags, { json: { from, to, renamed: !flags.dryRun, ...moved }, id: to })
  })
}

/** Throws `would-strand`: an executor that lives takes what it finds under its own name, and writes more of it. */
async function refuseRunning(
  context: Context,
  store: Store,
  application: string,
  { whileRunning, dryRun }: RenameFlags,
): Promise<void> {
  const executors = await store.executors()
  if (executors === undefined) {
    return printNotice(context, `Whether executors of ${application} live cannot be seen: stop them first.`)
  }
  const [one, ...others] = executors.filter((executor) => executor.application === application)
  if (!one) return
  const living = others.length === 0 ? one.executorId : `${one.executorId} and ${others.length} more`
  const sentence = `Executors of ${application} live: ${living}.`
  if (whileRunning || dryRun) return printNotice(context, sentence)
  throw new CliError('would-strand', sentence, {
    hint: phrase`stop them first (${command('workers')}), or say --while-running`,
  })
}

/** `2 queues, 1 version, 1,204 workflows`. */
function describeRows(rows: ApplicationRows): string {
  const { queues, schedules, versions, workflows, steps } = rows
  const counts = [
    ...[counted(queues, 'queue'), counted(schedules, 'schedule'), counted(versions, 'version')],
    ...[counted(workflows, 'workflow'), counted(steps, 'step')],
  ]
  return isNothing(rows) ? 'nothing' : counts.filter((text) => !text.startsWith('0 ')).join(', ')
}

function isNothing(rows: ApplicationRows): boolean {
  return Object.values(rows).every((count) => count === 0)
}

function sum(a: ApplicationRows, b: ApplicationRows): ApplicationRows {
  return {
    queues: a.queues + b.queues,
    schedules: a.schedules + b.schedules,
    versions: a.versions + b.versions,
    workflows: a.workflows + b.workflows,
    steps: a.steps + b.steps,
  }
}
