import type { Context } from '../../context.ts'
import type { App, NewQueue } from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { quote } from '../../render/answer.ts'
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
  { env }: Pick<Context, 'env'>,
  { store, app, flags, createQueue }: SameRun,
  { queues, isJoining }: Finishing,
): string {
  const version = flags.appVersion || env.DBOS__APPVERSION
  const polled = flags.queues?.split(',').filter((name) => name !== '') ?? []
  const wanted = store.database.own && flags.queues === undefined ? [] : [...new Set([...polled, ...queues])]
  const words = [
    '--app',
    app.specifier,
    ...(flags.application ? ['--application', flags.application] : []),
    ...(version ? ['--app-version', version] : []),
    ...(createQueue ? ['--create-queue', createQueue.name] : []),
    ...(createQueue?.concurrency ? ['--concurrency', String(createQueue.concurrency)] : []),
    ...(wanted.length > 0 ? ['--queues', polled.includes('all') ? 'all' : wanted.join(',')] : []),
    ...(flags.launchTimeout === usualLaunchTimeout ? [] : ['--launch-timeout', flags.launchTimeout]),
    ...(flags.join || (isJoining && !store.database.own) ? ['--join'] : []),
  ]
  const quoted = words.map((word) => (word.startsWith('--') ? word : quote(word)))
  return ['drover worker', ...quoted].join(' ')
}
