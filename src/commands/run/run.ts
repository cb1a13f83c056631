import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { databaseKey } from '../../core/database.ts'
import { findRegistered } from '../../core/run/registered-workflow.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { parseWorkflowArguments } from '../../core/words/workflow-arguments.ts'
import { requireWorkflowId } from '../../core/words/workflow-id.ts'
import { launchApp, loadApp } from '../../frame/app/app.ts'
import { addAppOptions } from '../../frame/app/app-options.ts'
import { refuseModule } from '../../frame/app/refuse-module.ts'
import { noteUnfinished } from '../../frame/app/unfinished.ts'
import { type FollowOutcome, follow } from '../../frame/follow/follow-workflows.ts'
import { printOutcome, type ResultFlags } from '../../frame/follow/print-outcome.ts'
import { readInput } from '../../frame/input.ts'
import { hasReaderLeft, isMakingRoom } from '../../frame/interrupt.ts'
import { addOutputOptions } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { warnOfText } from '../../frame/warn-of-text.ts'
import { withStore } from '../../frame/with-store.ts'
import { type DatabaseFlags, readSettings } from '../../settings/settings.ts'
import { attachOrRefuse } from './existing-id.ts'
import { noteReady } from './reload/note-ready.ts'
import { type ReloadFlags, reloadOnChange, reloadOption } from './reload/reload-on-change.ts'

interface RunFlags extends DatabaseFlags, ReloadFlags, ResultFlags {
  readonly id?: string
  readonly input?: string
  readonly class?: string
  readonly instance?: string
  readonly timeout?: string
}

export function runCommand(context: Context): Command {
  const command = new Command('run')
    .summary('run a workflow in this process and watch it')
    .description(
      'Run a workflow in this process, watch it live on stderr, and print its result on stdout.\nctrl-c stops in order: the workflow stays recoverable.',
    )
    .argument('<workflow>', 'its registered name, or Class.name')
    .argument('[args...]', 'its arguments: each one JSON if it parses, else a string')
    .option('--id <id>', 'the workflow id (a new UUID by default)')
    .option('--input <source>', 'all arguments as a JSON array: in place, from @FILE, or from stdin (-)')
    .option('--class <name>', 'the class, where several have a workflow of this name')
    .option('--instance <name>', 'the configured instance, where its class has several')
    .option('--timeout <duration>', 'stop after this long (exit 124); the workflow stays recoverable')
    .option('-r, --raw-string', 'print a string without quotes', false)
    .addOption(reloadOption())
    .action((name: string, args: string[], _, command: Command) =>
      runRun(context, name, args, command.optsWithGlobals<RunFlags>()),
    )
  return addOutputOptions(addAppOptions(command), ['table', 'json', 'jsonl', 'ids'])
}

async function runRun(
  context: Context,
  name: string,
  typed: readonly string[],
  flags: RunFlags,
): Promise<void> {
  if (flags.app === undefined) refuseModule(name, typed)
  const input = flags.input === undefined ? undefined : await readInput(context, flags.input)
  const args = parseWorkflowArguments(typed, input)
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  const wanted = { name, className: flags.class, instance: flags.instance }
  const settings = await readSettings(context, flags)
  const order = context.reloaded?.order
  const workflowId =
    flags.id === undefined ? (order?.run?.workflowId ?? randomUUID()) : requireWorkflowId(flags.id)
  if (flags.reload && !order) {
    const deadline = timeoutMs === undefined ? null : context.now().getTime() + timeoutMs
    const stdin = flags.input === '-' ? input : undefined
    const run = { workflowId, isBegun: false, deadline }
    const isDone = await reloadOnChange(context, flags, { settings, run, stdin })
    if (isDone) return
  }
  if (!order?.change) warnOfText(context, typed)
  const app = await loadApp(context, flags, settings, wanted)
  const registered = findRegistered(app, name, flags)

  await withStore(
    context,
    flags,
    async (store, _, target) => {
      const existing = await store.get(workflowId)
      // Whichever process before this one began with it, it is the same run.
      const isOurs = order?.run?.isBegun || (order?.change && flags.id === undefined)
      if (existing && !isOurs) attachOrRefuse(context, existing, registered.workflow.name, args)
      const launch = { store, settings, target, app, flags, keepHandingOver: false }
      const runtime = await launchApp(context, launch)
      let outcome: FollowOutcome
      try {
        await noteReady(context, store, runtime)
        if (!existing && !order?.run?.isBegun) await runtime.start({ ...registered, workflowId, args })
        await context.reloaded?.report('begun')
        await context.started.remember(databaseKey(store.database), workflowId)
        const output = context.terminal.stderr
        outcome = await follow(context, store, {
          workflowIds: [workflowId],
          workflows: settings.workflows,
          output,
          resultFollows: context.terminal.stdout.isTerminal && flags.output === 'table',
          format: 'picture',
          timeoutMs: leftOf(context, timeoutMs),
        })
      } finally {
        await runtime.shutdown()
      }
      if (outcome.reason === 'interrupted' && isMakingRoom(context)) return
      await context.reloaded?.report('settled')
      if (outcome.reason === 'timed-out') printNotice(context, 'Time ran out, and this process stops.')
      await printOutcome(context, flags, outcome, workflowId, true)
      const idle = await noteUnfinished(context, launch, runtime)
      if (!idle.includes(workflowId)) noteLeft(context, outcome, workflowId)
    },
    { create: true, settings },
  )
}

/** Of the time that all processes have together. */
function leftOf({ reloaded, now }: Context, timeoutMs: number | undefined): number | undefined {
  const deadline = reloaded?.order.run?.deadline
  return deadline == null ? timeoutMs : Math.max(0, deadline - now().getTime())
}

/** Other processes of the application live, or cannot be seen. */
function noteLeft(context: Context, { reason }: FollowOutcome, workflowId: string): void {
  if (reason === 'ended' || hasReaderLeft(context)) return
  printNotice(
    context,
    phrase`The workflow is left to the other processes of the application; to watch it: ${command('watch', [workflowId])}`,
  )
}
