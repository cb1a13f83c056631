import {
  type NameStats,
  type Percentiles,
  perSecond,
  type Stats,
  type StatsRequest,
} from '../../core/metrics/workflow-stats.ts'
import { renderSparkline } from '../sparkline.ts'
import type { Column } from '../table.ts'
import { formatDuration } from '../time-text.ts'

export const nameStatsColumns: readonly Column<NameStats>[] = [
  { title: 'NAME', value: ({ name }) => name, minWidth: 10 },
  { title: 'ENDED', value: ({ ended }) => String(ended), align: 'right' },
  {
    title: 'FAILED',
    value: ({ failed }) => String(failed),
    short: ({ failed }) => (failed === 0 ? '' : String(failed)),
    paint: (text, _row, style) => style.bad(text),
    align: 'right',
  },
  durationColumn('TOOK P50', ({ durationMs }) => durationMs.p50, 1),
  durationColumn('P95', ({ durationMs }) => durationMs.p95),
  durationColumn('WAITED P50', ({ waitMs }) => waitMs?.p50, 3),
  durationColumn('WAIT P95', ({ waitMs }) => waitMs?.p95, 2),
  {
    title: 'OVER TIME',
    value: ({ endedOverTime }) => endedOverTime.join(' '),
    short: ({ endedOverTime }) => renderSparkline(endedOverTime),
    optional: 4,
  },
]

/** In milliseconds where it is no terminal. */
function durationColumn(
  title: string,
  msOf: (row: NameStats) => number | undefined,
  optional?: number,
): Column<NameStats> {
  return {
    title,
    value: (row) => String(msOf(row) ?? ''),
    short: (row) => {
      const ms = msOf(row)
      return ms === undefined ? '' : formatDuration(ms)
    },
    align: 'right',
    ...(optional !== undefined && { optional }),
  }
}

export function toStatsJson(stats: Stats, range: StatsRequest): object {
  const { since, until, parts } = range
  const { ended, failed, steps, waitMs, durationMs, endedOverTime, stepsOverTime } = stats
  return {
    since,
    until,
    ended,
    failed,
    endedPerSecond: rounded(perSecond(ended, range)),
    steps,
    stepsPerSecond: rounded(perSecond(steps, range)),
    waitMs: pairOf(waitMs),
    durationMs: pairOf(durationMs),
    partMs: (until.getTime() - since.getTime()) / parts,
    endedOverTime,
    stepsOverTime,
    names: stats.names.map((one) => ({
      name: one.name,
      ended: one.ended,
      failed: one.failed,
      waitMs: pairOf(one.waitMs),
      durationMs: pairOf(one.durationMs),
      endedOverTime: one.endedOverTime,
    })),
    slowest: stats.slowest.map(({ workflowId, name, status, durationMs, completedAt }) => ({
      ...{ workflowId, name, status, durationMs, completedAt },
    })),
  }
}

function pairOf(percentiles: Percentiles | null): object | null {
  return percentiles && { p50: percentiles.p50, p95: percentiles.p95 }
}

function rounded(number: number): number {
  return Number(number.toPrecision(4))
}
