import { eligibleExecutors, isKnownToRun, type Wanted } from '../diagnosis/eligible-executors.ts'
import type { LiveExecutor } from '../diagnosis/situation.ts'
import type { ApplicationVersion } from '../platform.ts'
import type { Store } from '../store.ts'

/** A version with who runs it, and what waits for somebody who does. */
export interface VersionRow extends ApplicationVersion {
  /** Null where sessions cannot be seen. */
  readonly workers: number | null
  /** Live ones that do not tell their version, and may run it; null where sessions cannot be seen. */
  readonly unsureWorkers: number | null
  readonly active: number
  /** Null where there are too many workflows to count them, and the estimates of Postgres do not name this version. */
  readonly total: number | null
  /** The total is about right: there are too many workflows to count them. */
  readonly isEstimate: boolean
}

/** With who runs each now, and how many workflows belong to it. */
export async function listVersions(store: Store): Promise<readonly VersionRow[]> {
  const versions = await store.versions()
  const executors = await store.executors()
  const active = await store.countBy({ status: ['PENDING', 'ENQUEUED', 'DELAYED'] }, 'version')
  const { isEstimate, countByVersion } = await store.versionTotals()
  return versions.map((one) => ({
    ...one,
    ...countWorkers(executors, one),
    active: active.find(({ value }) => value === one.version)?.count ?? 0,
    total: countByVersion.get(one.version) ?? (isEstimate ? null : 0),
    isEstimate,
  }))
}

function countWorkers(
  executors: readonly LiveExecutor[] | undefined,
  wanted: Wanted,
): Pick<VersionRow, 'workers' | 'unsureWorkers'> {
  if (executors === undefined) return { workers: null, unsureWorkers: null }
  const workers = executors.filter((executor) => isKnownToRun(executor, wanted)).length
  return { workers, unsureWorkers: eligibleExecutors(executors, wanted).length - workers }
}
