import { eligibleExecutors, type Wanted } from '../diagnosis/eligible-executors.ts'
import type { LiveExecutor } from '../diagnosis/situation.ts'
import { latestVersionOf } from '../platform.ts'
import type { Store } from '../store.ts'

/** What `latest` means for this application; undefined where none is asked for, or registered. */
export async function chooseNewVersion(
  store: Pick<Store, 'versions'>,
  application: string | null,
  toVersion: string | undefined,
): Promise<string | undefined> {
  return toVersion === 'latest' ? latestVersionOf(await store.versions(), application) : toVersion
}

/**
 * Who can go on with what is moved to another version. Of executors that do not tell their application it is only believed
 * where this one has registered the version: another one may call its own code the same.
 */
export async function eligibleAfterMove(
  store: Pick<Store, 'versions'>,
  executors: readonly LiveExecutor[],
  wanted: Wanted,
): Promise<readonly LiveExecutor[]> {
  const { application, version } = wanted
  const eligible = eligibleExecutors(executors, wanted)
  const isTold = application === null || eligible.some((executor) => executor.application === application)
  if (eligible.length === 0 || isTold) return eligible
  const isOwn = (await store.versions()).some(
    (registered) => registered.application === application && registered.version === version,
  )
  return isOwn ? eligible : []
}

export function describeEligible(eligible: readonly LiveExecutor[]): string {
  return `${eligible.length === 1 ? eligible[0]?.executorId : `${eligible.length} workers`} can take them`
}

export function nobodyRuns(version: string | null): string {
  return `no living worker runs version ${version ?? '(none)'}`
}
