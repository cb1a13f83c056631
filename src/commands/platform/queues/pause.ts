import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import type { PauseOutcome } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import type { OutputFlags } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { forgetPause, recallPause, rememberPause } from '../../../frame/queues/remembered-pauses.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withStore } from '../../../frame/with-store.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { countOrNone, type NoLimit, orNull } from '../limit-parsers.ts'
import { toNotThere } from '../platform-result.ts'
import { findQueue, missingQueue, printQueue } from './find-queue.ts'

interface PauseFlags extends DatabaseFlags, OutputFlags {}

interface ResumeFlags extends PauseFlags {
  readonly workerConcurrency?: number | NoLimit
}

export function pauseCommand(context: Context): Command {
  return addSignatureOptions(new Command('pause'))
    .summary('let workers take nothing more from a queue, until it is resumed')
    .description(
      'Let workers take nothing more from a queue: what runs goes on, what is enqueued waits. They notice within about a second.\nA worker that restarts does not end it where this role may create a trigger on the table of queues; else drover says so.',
    )
    .argument('<queue>')
    .action((name: string, _, command: Command) =>
      runPause(context, name, command.optsWithGlobals<PauseFlags>()),
    )
}

export function resumeCommand(context: Context): Command {
  return addSignatureOptions(new Command('resume'))
    .summary('let workers take from a queue again that was paused')
    .argument('<queue>')
    .option(
      '--worker-concurrency <count>',
      'how many run at once in each worker from then on, or none (default: as before the pause)',
      countOrNone,
    )
    .action((name: string, _, command: Command) =>
      runResume(context, name, command.optsWithGlobals<ResumeFlags>()),
    )
}

async function runPause(context: Context, name: string, flags: PauseFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const outcome = await store.pauseQueue(name)
    if (outcome.outcome !== 'paused') throw await refusal(store, name, outcome.outcome)
    printNotice(context, `The queue ${name} is paused: what runs goes on, and nothing more is taken.`)
    await noteGuard(context, store, name, outcome)
    await printQueue(context, flags, await findQueue(context, store, name))
  })
}

async function refusal(
  store: Store,
  name: string,
  outcome: Exclude<PauseOutcome['outcome'], 'paused'>,
): Promise<CliError> {
  if (outcome === 'paused-already') {
    return new CliError('nothing-to-do', `The queue ${name} is paused already.`, {
      hint: command('queues resume', [name]),
    })
  }
  if (outcome === 'in-code') {
    return new CliError(
      'nothing-to-do',
      `The queue ${name} is in the source of its application, which reads its limits there: it cannot be paused from here.`,
      { hint: phrase`stop the workers that poll it: ${command('workers')}` },
    )
  }
  return toNotThere(missingQueue(store, name))
}

/** What ends the pause although nobody resumed it, and where its limit is kept. */
async function noteGuard(
  context: Context,
  store: Store,
  name: string,
  { workerConcurrency, guard }: Extract<PauseOutcome, { outcome: 'paused' }>,
): Promise<void> {
  if (guard === 'trigger') return forgetPause(context, store, name)
  if (guard === 'none') await rememberPause(context, store, name, workerConcurrency)
  const missing =
    guard === 'none' ? 'create a schema in this database' : 'create a trigger on its table of queues'
  printNotice(
    context,
    `warning: a worker that restarts ends this pause, because this role may not ${missing}.`,
    phrase`hint: ${command('queues pause', [name])} by the owner of the tables keeps it; ${command('queues')} and ${command('doctor')} tell when it ended`,
  )
}

async function runResume(context: Context, name: string, flags: ResumeFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const remembered = await recallPause(context, store, name)
    const typed = flags.workerConcurrency
    const outcome = await resume(store, name, typed === undefined ? undefined : orNull(typed), remembered)
    if (outcome === 'not-found') throw await toNotThere(missingQueue(store, name))
    if (outcome === 'limit-unknown') {
      throw new CliError('usage', `Nothing tells how many ${name} ran at once before it was paused.`, {
        hint: command('queues resume', [name], { '--worker-concurrency': 'none' }),
      })
    }
    await forgetPause(context, store, name)
    if (outcome === 'not-paused' && !remembered) {
      throw new CliError('nothing-to-do', `The queue ${name} is not paused.`, { hint: command('queues') })
    }
    printNotice(
      context,
      outcome === 'resumed'
        ? `Workers take from the queue ${name} again.`
        : `The queue ${name} was taken from already: a worker that restarted had ended its pause.`,
    )
    await printQueue(context, flags, await findQueue(context, store, name))
  })
}

/** What is on record counts more than what this user remembers. */
async function resume(
  store: Store,
  name: string,
  typed: number | null | undefined,
  remembered: { readonly workerConcurrency: number | null } | undefined,
) {
  const outcome = await store.resumeQueue(name, typed)
  return outcome === 'limit-unknown' && remembered
    ? store.resumeQueue(name, remembered.workerConcurrency)
    : outcome
}
