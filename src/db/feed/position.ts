import { dbosStep } from '../../core/dbos-names.ts'

/** How far one workflow was followed. Everything that a cursor needs, and nothing else. */
export interface Position {
  /** The last status yielded; empty before the first. */
  status: string
  /** The highest step seen, -1 before the first. */
  high: number
  /** Steps below `high` that are not there yet: a `recv` that waits, a step that runs beside others. */
  gaps: number[]
  /** True when the step at `high` takes its timeout's number with it, which is used or never will be. */
  skipsNext: boolean
  /** The step whose child was yielded and which itself was not yet. */
  childOf: number | null
  /** `step:key` to a mark of the value, for events of steps that are not there yet. */
  events: Record<string, string>
  /** The last offset seen of each stream; a closing mark is not counted, for a rewind writes over it. */
  streams: Record<string, number>
  closedStreams: Set<string>
  /** Messages sent before this time (epoch ms) were seen, and so were those marked in `seen` with the time of each. */
  settledMs: number
  seen: Record<string, number>
  /** Marks of the messages that were seen before somebody read them. */
  unread: Set<string>
  /** The open waits last yielded. */
  waits: string
}

/** So many steps may be missing at once; the oldest are given up beyond it. */
const maxGaps = 5000

export function createPosition(): Position {
  return {
    status: '',
    high: -1,
    gaps: [],
    skipsNext: false,
    childOf: null,
    events: {},
    streams: byKey(),
    closedStreams: new Set(),
    settledMs: 0,
    seen: {},
    unread: new Set(),
    waits: '[]',
  }
}

/** A key may be `__proto__`. */
export function byKey(given: Record<string, number> = {}): Record<string, number> {
  return Object.assign(Object.create(null), given)
}

/** Steps are recorded when they end, so not in order: what is missing below is remembered. */
export function passStep(position: Position, step: number, name: string): void {
  if (step > position.high) {
    const next = position.high + 1
    for (let missing = Math.max(next, step - maxGaps); missing < step; missing++) {
      if (missing === next && position.skipsNext) continue
      position.gaps.push(missing)
    }
    position.gaps = position.gaps.slice(-maxGaps)
    position.high = step
    position.skipsNext = name === dbosStep.recv || name === dbosStep.getEvent
  } else {
    position.gaps = position.gaps.filter((gap) => gap !== step)
  }
  position.childOf = null
  for (const id of Object.keys(position.events)) {
    if (id.startsWith(`${step}:`)) delete position.events[id]
  }
}

/** Messages that are older than this when seen cannot be overtaken any more by one whose transaction is still open. */
const settleAfterMs = 60_000

/** Forgets the marks of old messages. */
export function settleMessages(position: Position, nowMs: number): void {
  const settledMs = nowMs - settleAfterMs
  if (settledMs <= position.settledMs) return
  position.settledMs = settledMs
  for (const [mark, sentMs] of Object.entries(position.seen)) {
    if (sentMs < settledMs) delete position.seen[mark]
  }
}
