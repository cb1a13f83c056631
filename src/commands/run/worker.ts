import { once } from 'node:events'
import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { App } from '../../core/run/runtime.ts'
import { command } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { longestTimerMs } from '../../core/words/long-timer.ts'
import { launchApp, loadApp } from '../../frame/app/app.ts'
import { addAppOptions } from '../../frame/app/app-options.ts'
import { noteUnfinished } from '../../frame/app/unfinished.ts'
import { isMakingRoom } from '../../frame/interrupt.ts'
import { parsePort, positiveInteger } from '../../frame/option-parsers.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withStore } from '../../frame/with-store.ts'
import type { HealthServer } from '../../http/health-server.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../../settings/settings.ts'
import { noteReady } from './reload/note-ready.ts'
import { type ReloadFlags, reloadOnChange, reloadOption } from './reload/reload-on-change.ts'

interface WorkerFlags extends DatabaseFlags, ReloadFlags {
  readonly createQueue?: string
  readonly concurrency?: number
  readonly drainTimeout: string
  readonly healthPort?: number
}

export function workerCommand(context: Context): Command {
  const command = new Command('worker')
    .summary('run an application and execute what is enqueued')
    .description(
      'Run an application in this process and execute what is enqueued for it, until ctrl-c or SIGTERM.',
    )
    .option(
      '--create-queue <name>',
      'register this queue first; every executor of the application polls it then',
    )
    .option(
      '--concurrency <count>',
      'with --create-queue: how many workflows of it each worker runs at once',
      positiveInteger,
    )
    .option(
      '--drain-timeout <duration>',
      'on ctrl-c or SIGTERM let what runs here end, up to this long',
      '0s',
    )
    .option(
      '--health-port <number>',
      'answer /healthz and /readyz on this port, for an orchestrator',
      parsePort,
    )
    .addOption(reloadOption())
    .action((_, command: Command) => runWorker(context, command.optsWithGlobals<WorkerFlags>()))
  return addAppOptions(command)
}

async function runWorker(context: Context, flags: WorkerFlags): Promise<void> {
  // The timer is DBOS's own.
  const drainMs = Math.min(parseDuration(flags.drainTimeout), longestTimerMs)
  if (flags.concurrency !== undefined && flags.createQueue === undefined) {
    throw new CliError('usage', '--concurrency needs --create-queue: DBOS limits concurrency per queue.', {
      hint: command('queues set', ['NAME'], { '--worker-concurrency': flags.concurrency }),
    })
  }
  const settings = await readSettings(context, flags)
  if (flags.reload && !context.reloaded) {
    const isDone = await reloadOnChange(context, flags, { settings, run: null })
    if (isDone) return
  }
  const app = await loadApp(context, flags, settings)
  const health = await openHealthPort(context, flags.healthPort)
  try {
    await work(context, flags, { settings, app, drainMs, health })
  } finally {
    await health?.close()
  }
}

interface Work {
  readonly settings: Settings
  readonly app: App
  readonly drainMs: number
  readonly health: HealthServer | undefined
}

async function work(
  context: Context,
  flags: WorkerFlags,
  { settings, app, drainMs, health }: Work,
): Promise<void> {
  await withStore(
    context,
    flags,
    async (store, _, target) => {
      const { createQueue, concurrency } = flags
      const queue = createQueue === undefined ? undefined : { name: createQueue, concurrency }
      const launch = { store, settings, target, app, flags, createQueue: queue, keepHandingOver: true }
      const runtime = await launchApp(context, launch)
      try {
        const names = [...new Set(app.workflows.map(({ name }) => name))]
        const reloads = context.reloaded ? 'A change of its files reloads it; ' : ''
        await noteReady(
          context,
          store,
          runtime,
          `Ready for ${names.join(', ')}. ${reloads}ctrl-c stops in order.`,
        )
        health?.setReady(store)
        await interrupted(context)
        health?.setReady(undefined)
        if (drainMs > 0 && !isMakingRoom(context))
          printNotice(
            context,
            `Taking nothing new; what runs here has ${flags.drainTimeout} to end. ctrl-c again kills.`,
          )
      } finally {
        await runtime.shutdown({ drainMs: isMakingRoom(context) ? 0 : drainMs })
      }
      if (!isMakingRoom(context)) await noteUnfinished(context, launch, runtime)
    },
    { create: true, settings },
  )
}

/** Loaded where somebody asks for it; before the database, so that who looks sees that this process lives. */
async function openHealthPort(context: Context, port: number | undefined): Promise<HealthServer | undefined> {
  if (port === undefined) return undefined
  const { openHealthServer } = await import('../../http/health-server.ts')
  const health = await openHealthServer(port)
  printNotice(context, `/healthz and /readyz answer on port ${health.port}.`)
  return health
}

async function interrupted({ interrupts: { signal } }: Context): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
