import type { Context } from '../../context.ts'
import type { App, NewQueue } from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { type CommandLine, command } from '../../core/words/command-line.ts'
import type { AppFlags } from './app.ts'
import { usualLaunchTimeout } from './app-options.ts'

interface SameRun {
  readonly store: Pick<Store, 'database'>
  readonly app: Pick<App, 'specifier'>
  readonly flags: Omit<AppFlags, 'app'>
  readonly createQueue?: NewQueue
}

interface Finishing {
  /** On which what is to be finished may be. */
  readonly queues: readonly string[]
  /** Others of the application live. */
  readonly isJoining: boolean
}

/** A worker that is what this process was: the same application, version, database and queues. */
export function sameWorkerCommand(
  { env, reloaded }: Pick<Context, 'env' | 'reloaded'>,
  { store, app, flags, createQueue }: SameRun,
  { queues, isJoining }: Finishing,
): CommandLine {
  const version = flags.appVersion || env.DBOS__APPVERSION
  const polled = flags.queues?.split(',').filter((name) => name !== '') ?? []
  const wanted = store.database.own && flags.queues === undefined ? [] : [...new Set([...polled, ...queues])]
  return command('worker', [], {
    '--app': app.specifier,
    '--application': flags.application || undefined,
    '--app-version': version || undefined,
    '--create-queue': createQueue?.name,
    '--concurrency': createQueue?.concurrency || undefined,
    '--queues': wanted.length === 0 ? undefined : polled.includes('all') ? 'all' : wanted.join(','),
    '--launch-timeout': flags.launchTimeout === usualLaunchTimeout ? undefined : flags.launchTimeout,
    // Elsewhere it would be another version.
    '--reload': reloaded !== undefined,
    '--join': flags.join || (isJoining && !store.database.own),
  })
}
