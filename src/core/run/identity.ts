import { internalQueue } from '../dbos-names.ts'
import { eligibleExecutors } from '../diagnosis/eligible-executors.ts'
import type { LiveExecutor } from '../diagnosis/situation.ts'
import { CliError } from '../errors.ts'
import type { ApplicationVersion } from '../platform.ts'
import type { Store } from '../store.ts'
import { phrase, quotedList } from '../words/command-line.ts'
import type { Executor } from '../workflow.ts'
import type { WorkflowOrigin } from './start.ts'

/** The first name that is given; throws `ambiguous-application` when none is. */
export function requireApplication(candidates: readonly (string | null | undefined)[]): string {
  const found = candidates.find((candidate) => candidate)
  if (found) return found
  throw new CliError('ambiguous-application', 'Cannot tell which application this workflow belongs to.', {
    hint: 'name it with --application NAME, or in drover.config.json',
  })
}

/** The only application that runs there now; undefined when there are none, several, or sessions cannot be seen. */
export function onlyLiveApplication(executors: readonly Executor[] | undefined): string | undefined {
  const names = new Set(executors?.map(({ application }) => application))
  const [only] = names
  return names.size === 1 ? (only ?? undefined) : undefined
}

/** The only application that ever registered a version there; undefined when there are none, or several. */
export function onlyRegisteredApplication(versions: readonly ApplicationVersion[]): string | undefined {
  const names = new Set(versions.map(({ application }) => application))
  const [only] = names
  return names.size === 1 ? (only ?? undefined) : undefined
}

/** The version in drover's own database: an edited source still recovers. */
export function devVersion(application: string): string {
  return `${application}@dev`
}

interface LaunchQuestion {
  readonly store: Pick<Store, 'database'>
  readonly application: string
  readonly flag: string | undefined
  /** What the module passes to `DBOS.setConfig`. */
  readonly configured: string | null
  /** It is started again for every edit of the source. */
  readonly isReloaded: boolean
}

/**
 * The version to launch as: what was asked for, what the module says of itself, and while it is developed one that
 * outlives edits of the source. Undefined leaves it to DBOS.
 */
export function versionToLaunch(
  { env }: { readonly env: Readonly<Record<string, string | undefined>> },
  { store, application, flag, configured, isReloaded }: LaunchQuestion,
): string | undefined {
  const asked = flag || env.DBOS__APPVERSION || configured
  return asked || (store.database.own || isReloaded ? devVersion(application) : undefined)
}

interface VersionQuestion {
  readonly store: Pick<Store, 'database'>
  readonly application: string
  readonly flag: string | undefined
  readonly executors: readonly LiveExecutor[] | undefined
}

/**
 * The version to enqueue for: what was asked for; in drover's own database one that outlives edits of the source; elsewhere
 * the only one that live workers run. Undefined names none. Throws `ambiguous-version`.
 */
export function chooseVersion(
  { env }: { readonly env: Readonly<Record<string, string | undefined>> },
  { store, application, flag, executors }: VersionQuestion,
): string | undefined {
  const asked = flag ?? env.DBOS__APPVERSION
  if (asked) return asked
  if (store.database.own) return devVersion(application)
  const live = new Set(
    eligibleExecutors(executors ?? [], { application, version: null }).map(({ version }) => version),
  )
  live.delete('')
  if (live.size <= 1) return [...live][0]
  throw new CliError('ambiguous-version', `Live workers of ${application} run several versions.`, {
    hint: phrase`name one with --app-version: ${quotedList([...live])}`,
  })
}

/** The queue on which a name ran last. What was resumed, forked or rewound is on DBOS's internal one, which has no limits. */
export function lastQueueOf(origins: readonly WorkflowOrigin[]): string | undefined {
  return origins.find(({ queue }) => queue !== null && queue !== internalQueue)?.queue ?? undefined
}
