import { latestVersionOf } from '../platform.ts'
import { eligibleExecutors } from './eligible-executors.ts'
import type { Checkup } from './health.ts'

/** An application whose latest version nobody runs. */
export interface Overtaken {
  readonly application: string
  readonly latest: string
  readonly live: readonly string[]
}

export function findOvertaken({ executors, versions }: Pick<Checkup, 'executors' | 'versions'>): Overtaken[] {
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
