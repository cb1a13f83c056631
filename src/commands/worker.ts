import { once } from 'node:events'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { type AppFlags, launchApp, loadApp, noteRuntime } from '../frame/app.ts'
import { addAppOptions } from '../frame/app-options.ts'
import { withStore } from '../frame/database.ts'
import { tell } from '../frame/tell.ts'
import { noteUnfinished } from '../frame/unfinished.ts'
import { type DatabaseFlags, readSettings } from '../settings/settings.ts'

interface WorkerFlags extends DatabaseFlags, AppFlags {
  readonly createQueue?: string
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
    .action((_, command: Command) => runWorker(context, command.optsWithGlobals<WorkerFlags>()))
  return addAppOptions(command)
}

async function runWorker(context: Context, flags: WorkerFlags): Promise<void> {
  const app = await loadApp(context, flags, await readSettings(context, flags))
  await withStore(
    context,
    flags,
    async (store, settings, target) => {
      const { createQueue } = flags
      const launch = { store, settings, target, app, flags, createQueue, keepHandingOver: true }
      const runtime = await launchApp(context, launch)
      noteRuntime(context, store, runtime)
      try {
        const names = [...new Set(app.workflows.map(({ name }) => name))]
        tell(context, `Ready for ${names.join(', ')}. ctrl-c stops in order.`)
        await interrupted(context)
      } finally {
        await runtime.shutdown()
      }
      await noteUnfinished(context, store, runtime, app)
    },
    { create: true },
  )
}

async function interrupted({ interrupts: { signal } }: Context): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
