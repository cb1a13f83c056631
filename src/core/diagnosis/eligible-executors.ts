import type { LiveExecutor } from './situation.ts'

/** Of a workflow, what decides who may run it. */
export interface Wanted {
  /** Null: executors of any application may. */
  readonly application: string | null
  /** Null: of any version. */
  readonly version: string | null
}

/** The executors that run this application and version, and those that do not tell enough to exclude it. */
export function eligibleExecutors(
  executors: readonly LiveExecutor[],
  wanted: Wanted,
): readonly LiveExecutor[] {
  return executors.filter((executor) => isEligible(executor, wanted))
}

/** What is not told is no proof that it differs. */
export function isEligible(
  executor: Pick<LiveExecutor, 'application' | 'version' | 'versionStart' | 'candidateVersions'>,
  { application, version }: Wanted,
): boolean {
  const isOfApplication =
    application === null || executor.application === null || executor.application === application
  return isOfApplication && (version === null || mayBeOfVersion(executor, version))
}

/** Whether it tells both, and runs them. */
export function isKnownToRun(executor: LiveExecutor, { application, version }: Wanted): boolean {
  return (
    (application === null || executor.application === application) &&
    (version === null || executor.version === version)
  )
}

function mayBeOfVersion(
  { version, versionStart, candidateVersions }: Parameters<typeof isEligible>[0],
  wanted: string,
): boolean {
  if (version !== '') return version === wanted
  return candidateVersions === null ? wanted.startsWith(versionStart) : candidateVersions.includes(wanted)
}

/**
 * Versions that executors of this application are known to run: what may be offered to a workflow of it. Who does not tell
 * its application may be of another one, whose code would be no match.
 */
export function liveVersionsOf(
  executors: readonly LiveExecutor[],
  application: string | null,
): readonly string[] {
  const own = executors.filter((executor) => isKnownToRun(executor, { application, version: null }))
  return [...new Set(own.map(({ version }) => version))].filter((version) => version !== '')
}
