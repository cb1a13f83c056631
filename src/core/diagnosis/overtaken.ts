import { type ApplicationVersion, latestVersionOf } from '../platform.ts'
import { eligibleExecutors } from './eligible-executors.ts'
import type { LiveExecutor } from './situation.ts'

interface Field {
  /** Undefined where they cannot be seen. */
  readonly executors: readonly LiveExecutor[] | undefined
  readonly versions: readonly ApplicationVersion[]
}

/** An application whose latest version nobody runs. */
export interface Overtaken {
  readonly application: string
  readonly latest: string
  readonly live: readonly string[]
}

export function findOvertaken({ executors, versions }: Field): Overtaken[] {
  const named = (executors ?? []).filter(({ application, version }) => application !== null && version !== '')
  const applications = [...new Set(named.map(({ application }) => application ?? ''))]
  return applications.flatMap((application) => {
    const latest = latestVersionOf(versions, application)
    const isRun = eligibleExecutors(executors ?? [], { application, version: latest ?? null }).length > 0
    const live = [
      ...new Set(named.filter((one) => one.application === application).map(({ version }) => version)),
    ]
    return latest === undefined || isRun ? [] : [{ application, latest, live }]
  })
}
