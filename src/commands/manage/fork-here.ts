import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { Runtime } from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { command } from '../../core/words/command-line.ts'
import { launchApp, loadApp, noteRuntime } from '../../frame/app/app.ts'
import { usualLaunchTimeout } from '../../frame/app/app-options.ts'
import { noteUnfinished } from '../../frame/app/unfinished.ts'
import type { LentStore } from '../../frame/profile/change-guard.ts'
import { withStore } from '../../frame/with-store.ts'
import { type DatabaseFlags, readSettings, type Settings } from '../../settings/settings.ts'

/** The flags of `fork` with which the copies run in this process. */
export interface ForkHereFlags {
  /** The module that registers them. */
  readonly app?: string
  readonly join: boolean
}

interface Copied extends ForkHereFlags {
  readonly ids: readonly string[]
  readonly hasFilter: boolean
}

/**
 * Launches the application as what the workflows belong to, and lends it until `use` is done. Throws `usage` for workflows
 * that a filter finds: they may be of any application.
 */
export async function withAppOf(
  context: Context,
  flags: DatabaseFlags,
  { app: specifier, join, ids, hasFilter }: Copied,
  use: (store: LentStore, settings: Settings, runtime: Runtime) => Promise<void>,
): Promise<void> {
  if (hasFilter || ids.includes('-')) {
    throw new CliError('usage', '--app takes ids: what a filter finds may be of any application.', {
      hint: command('fork', ['ID'], { '--from': 0, '--app': specifier }),
    })
  }
  const settings = await readSettings(context, flags)
  const appFlags = { app: specifier, join, launchTimeout: usualLaunchTimeout }
  const app = await loadApp(context, appFlags, settings)
  await withStore(
    context,
    flags,
    async (store, _, target) => {
      const application = await applicationOf(store, ids)
      const launch = {
        store,
        settings,
        target,
        app,
        flags: { ...appFlags, application },
        keepHandingOver: false,
      }
      const runtime = await launchApp(context, launch)
      try {
        await noteRuntime(context, store, runtime)
        await use(store, settings, runtime)
      } finally {
        await runtime.shutdown()
      }
      await noteUnfinished(context, launch, runtime)
    },
    { isFollowed: true, settings },
  )
}

/** An executor takes only what belongs to its application; undefined where they tell none. Throws `usage` for several. */
async function applicationOf(store: Store, ids: readonly string[]): Promise<string | undefined> {
  const states = await store.states(ids)
  const [name, ...others] = new Set(states.flatMap(({ application }) => application ?? []))
  if (others.length === 0) return name
  throw new CliError('usage', `They are of several applications: ${[name, ...others].join(', ')}.`, {
    hint: 'fork those of one application at a time',
  })
}
