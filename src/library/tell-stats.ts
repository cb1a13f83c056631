import { CliError } from '../core/errors.ts'
import { type Stats, type StatsRequest, statsParts } from '../core/metrics/workflow-stats.ts'
import type { Store } from '../core/store.ts'

export interface StatsOptions extends Pick<StatsRequest, 'name' | 'queue' | 'application'> {
  /** An hour before `until` by default. */
  readonly since?: Date
  /** Now by default. */
  readonly until?: Date
}

const hourMs = 3_600_000

/** Throws `invalid-argument` where no time is between the two. */
export function tellStats(store: Store, options: StatsOptions): Promise<Stats> {
  const { until = new Date(), since = new Date(until.getTime() - hourMs), ...filter } = options
  if (since < until) return store.stats({ ...filter, since, until, parts: statsParts })
  throw new CliError('invalid-argument', 'There is no time from since to until.', {
    hint: 'since is before until, which is now by default',
  })
}
