import type { Percentiles } from '../../src/core/metrics/workflow-stats.ts'
import type { Store } from '../../src/core/store.ts'
import { type AnyOf, toList } from '../../src/core/words/any-of.ts'
import { isEnded, type WorkflowSummary } from '../../src/core/workflow.ts'

interface Counted extends WorkflowSummary {
  readonly steps: number
}

/** As the real one counts, in memory. */
export function fakeStats(read: () => readonly Counted[]): Pick<Store, 'stats' | 'estimateStats'> {
  return {
    estimateStats: async () => read().length,
    stats: async ({ since, until, parts, name, queue, application }) => {
      const partMs = (+until - +since) / parts
      const ended = read()
        .filter(
          (one) =>
            isEnded(one.status) && one.completedAt && one.completedAt >= since && one.completedAt < until,
        )
        .filter(
          (one) =>
            isAmong(one.name, name) && isAmong(one.queue, queue) && isAmong(one.application, application),
        )
        .map((one) => {
          const endMs = +(one.completedAt ?? 0)
          const durationMs = Math.max(0, endMs - +(one.startedAt ?? one.createdAt))
          const waitMs =
            one.queue !== null && one.startedAt ? Math.max(0, +one.startedAt - +one.createdAt) : null
          return {
            ...one,
            durationMs,
            waitMs,
            part: Math.min(parts - 1, Math.floor((endMs - +since) / partMs)),
          }
        })
      type Ended = (typeof ended)[number]
      const total = (rows: readonly Ended[]) => ({
        ended: rows.length,
        failed: rows.filter(({ status }) => status === 'ERROR' || status.startsWith('MAX')).length,
        waitMs: percentilesOf(rows.flatMap(({ waitMs }) => waitMs ?? [])),
        durationMs: percentilesOf(rows.map(({ durationMs }) => durationMs)),
        endedOverTime: overTime(rows, () => 1),
      })
      const overTime = (rows: readonly Ended[], countOf: (row: Ended) => number) => {
        const counts = Array.from({ length: parts }, () => 0)
        for (const row of rows) counts[row.part] = (counts[row.part] ?? 0) + countOf(row)
        return counts
      }
      const names = [...new Set(ended.map((one) => one.name))].map((one) => {
        const { durationMs, ...rest } = total(ended.filter((row) => row.name === one))
        return { name: one, ...rest, durationMs: durationMs ?? { p50: 0, p95: 0 } }
      })
      return {
        ...total(ended),
        steps: ended.reduce((sum, { steps }) => sum + steps, 0),
        stepsOverTime: overTime(ended, ({ steps }) => steps),
        names: names.toSorted((a, b) => b.ended - a.ended || (a.name < b.name ? -1 : 1)),
        slowest: ended
          .toSorted((a, b) => b.durationMs - a.durationMs || (a.workflowId < b.workflowId ? -1 : 1))
          .slice(0, 5)
          .map(({ workflowId, name: its, status, durationMs, completedAt }) => ({
            ...{ workflowId, name: its, status, durationMs, completedAt: completedAt ?? until },
          })),
      }
    },
  }
}

function isAmong(value: string | null, asked: AnyOf<string> | undefined): boolean {
  return toList(asked)?.includes(value ?? '') ?? true
}

function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95) }
}
