import type { DBOS, DBOSConfig } from '@dbos-inc/dbos-sdk'

type DbosClass = typeof DBOS

interface Taken {
  readonly original: Pick<DbosClass, 'setConfig' | 'launch' | 'shutdown'>
  /** Outlives a take-over: a module that was imported before does not configure again. */
  config: DBOSConfig | undefined
}

/** The lifecycle of one copy of the SDK, in our hands instead of the module's. */
export interface Lifecycle {
  /** What the module passed to `DBOS.setConfig` last. */
  configured(): DBOSConfig | undefined
  /** Resolves when the module calls `DBOS.launch`: what it registers is registered by then. */
  readonly launchRequested: Promise<void>
  isLaunchRequested(): boolean
  launch(config: DBOSConfig): Promise<void>
  shutdown(options: { readonly drainMs: number }): Promise<void>
}

const takenByClass = new WeakMap<DbosClass, Taken>()

/**
 * From here on a module that configures, launches or shuts DBOS down only states its wishes. Its `await DBOS.launch()`
 * goes on once we launched; its `DBOS.shutdown()` during the run never returns, so that a signal handler of its own
 * does not end the process before we have shut down in order.
 */
export function takeOverLifecycle(dbos: DbosClass): Lifecycle {
  const taken = takenOf(dbos)
  const { original } = taken
  const requested = signal()
  const launched = signal()
  let isRequested = false
  let running = false

  dbos.setConfig = (given) => {
    taken.config = given
  }
  dbos.launch = () => {
    isRequested = true
    requested.resolve()
    return launched.promise
  }
  dbos.shutdown = () => (running ? new Promise(() => {}) : Promise.resolve())

  return {
    configured: () => taken.config,
    launchRequested: requested.promise,
    isLaunchRequested: () => isRequested,
    launch: async (ours) => {
      original.setConfig.call(dbos, ours)
      await original.launch.call(dbos)
      running = true
      launched.resolve()
    },
    shutdown: ({ drainMs }) =>
      original.shutdown.call(dbos, drainMs > 0 ? { workflowCompletionTimeoutMS: drainMs } : undefined),
  }
}

function takenOf(dbos: DbosClass): Taken {
  const { setConfig, launch, shutdown } = dbos
  const taken = takenByClass.get(dbos) ?? { original: { setConfig, launch, shutdown }, config: undefined }
  takenByClass.set(dbos, taken)
  return taken
}

function signal(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
