import type { Span } from './spans.ts'

/** A stretch of time in which the same spans are going on. */
export interface Stretch {
  readonly startMs: number
  readonly endMs: number
  /** Nothing works: all that goes on is waiting, or nothing is recorded. */
  readonly isWait: boolean
}

/** Between one beginning or end and the next. */
export function toStretches(spans: readonly Span[]): Stretch[] {
  const workChanges = new Map<number, number>()
  const change = (timeMs: number, by: number) => workChanges.set(timeMs, (workChanges.get(timeMs) ?? 0) + by)
  for (const { isWait, startMs, endMs } of spans) {
    const by = isWait ? 0 : 1
    change(startMs, by)
    change(endMs, -by)
  }
  const times = [...workChanges.keys()].sort((a, b) => a - b)
  let working = 0
  return times.slice(1).map((endMs, index) => {
    const startMs = times[index] ?? endMs
    working += workChanges.get(startMs) ?? 0
    return { startMs, endMs, isWait: working === 0 }
  })
}

export interface Scale {
  /** Of a time at which something begins or ends. */
  columnOf(timeMs: number): number
  timeAt(column: number): number
}

/** Waiting gets a tenth of the axis in all, however long it took; work gets the rest in proportion. */
export function toScale(stretches: readonly Stretch[], width: number): Scale {
  const durationOf = ({ startMs, endMs }: Stretch) => endMs - startMs
  const worked = stretches.filter(({ isWait }) => !isWait).reduce((sum, one) => sum + durationOf(one), 0)
  const waited = stretches.filter(({ isWait }) => isWait).reduce((sum, one) => sum + durationOf(one), 0)
  const waitShare = worked === 0 ? 1 : Math.min(0.1, waited / (worked + waited))
  const weightOf = (one: Stretch) =>
    one.isWait
      ? (durationOf(one) / Math.max(1, waited)) * waitShare
      : (durationOf(one) / Math.max(1, worked)) * (1 - waitShare)
  const columnByTime = new Map<number, number>()
  const ends: { readonly stretch: Stretch; readonly from: number; readonly to: number }[] = []
  let sum = 0
  for (const stretch of stretches) {
    const from = sum
    sum += weightOf(stretch)
    ends.push({ stretch, from: width * from, to: width * sum })
    columnByTime.set(stretch.endMs, Math.round(width * sum))
  }
  return {
    columnOf: (timeMs) => columnByTime.get(timeMs) ?? 0,
    timeAt: (column) => {
      const at = ends.find(({ to }) => column <= to) ?? ends.at(-1)
      if (!at) return 0
      const share = at.to > at.from ? Math.min(1, (column - at.from) / (at.to - at.from)) : 0
      return at.stretch.startMs + share * durationOf(at.stretch)
    },
  }
}
