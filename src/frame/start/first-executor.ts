import type { Context } from '../../context.ts'
import { eligibleExecutors } from '../../core/diagnosis/eligible-executors.ts'
import type { LiveExecutor } from '../../core/diagnosis/situation.ts'
import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'

interface Sight {
  readonly store: Store
  /** The version that was asked for. */
  readonly flag: string | undefined
  readonly executors: readonly LiveExecutor[] | undefined
}

/**
 * Throws a transient `timed-out` where the first executor is still to come and would tell the application, or the version
 * that it takes. Where the version is known without it, or sessions cannot be seen, the workflow is enqueued for whoever comes.
 */
export function requireExecutor(
  { env }: Pick<Context, 'env'>,
  { store, flag, executors }: Sight,
  application: string | null | undefined,
): void {
  const { own, label } = store.database
  if (application) {
    const isVersionKnown = own || Boolean(flag ?? env.DBOS__APPVERSION)
    if (isVersionKnown || executors === undefined) return
    if (eligibleExecutors(executors, { application, version: null }).length > 0) return
    throw noExecutor(`No worker of ${application} is live in ${label}`)
  }
  const areSeveral = executors?.some((executor) => executor.application !== null) ?? false
  if (!areSeveral) throw noExecutor(`No application is live in ${label}, nor registered there`)
}

function noExecutor(sentence: string): CliError {
  return new CliError('timed-out', `${sentence}; nothing was started.`, {
    hint: 'start its workers, or enqueue it for later without --timeout',
    isTransient: true,
  })
}
