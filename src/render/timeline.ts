import { dbosStep } from '../core/dbos-names.ts'
import { sleepsUntil } from '../core/diagnosis/diagnose.ts'
import type { Step } from '../core/workflow.ts'
import type { Viewport } from './gutter.ts'
import { displayWidth, escapeControls, pad, truncate } from './text.ts'
import { formatDuration } from './time-text.ts'

interface Bar {
  readonly step: Step
  readonly startMs: number
  /** Until now, where it goes on. */
  readonly endMs: number
}

/** A stretch of time in which the same steps are going on. */
interface Stretch {
  readonly startMs: number
  readonly endMs: number
  /** Nothing works: all that goes on is waiting, or nothing is recorded. */
  readonly isWait: boolean
}

const minBarWidth = 12
const maxNameWidth = 28
const failedMark = ' ✗'

/** The steps as bars on one time axis, below each other. Where everything waits, the axis is cut short and drawn with `┄`. */
export function renderTimeline(steps: readonly Step[], { style, width, now }: Viewport): string[] {
  const bars = steps.flatMap((step) => toBar(step, now))
  if (bars.length === 0) return []
  const names = bars.map(({ step }) => `${String(step.step).padStart(3)}  ${escapeControls(step.name)}`)
  const longest = longestOf(names.map(displayWidth))
  const tookWidth = longestOf(bars.map((bar) => tookOf(bar).length))
  const markWidth = bars.some(({ step }) => step.error) ? failedMark.length : 0
  const restWidth = tookWidth + markWidth + 4
  const nameWidth = Math.max(8, Math.min(longest, maxNameWidth, width - restWidth - minBarWidth))
  const axisWidth = Math.max(minBarWidth, Math.min(width, 160) - nameWidth - restWidth)
  const stretches = toStretches(bars)
  const columnOf = toScale(stretches, axisWidth)
  const waits = stretches.filter(({ isWait }) => isWait)
  return bars
    .map((bar, index) => {
      const start = Math.min(axisWidth - 1, columnOf(bar.startMs))
      const end = Math.max(start + 1, columnOf(bar.endMs))
      const mark = isWaiting(bar.step) ? '┄' : '█'
      const cells = (' '.repeat(start) + mark.repeat(end - start)).padEnd(axisWidth).slice(0, axisWidth)
      const paint = bar.step.error ? style.bad : isWaiting(bar.step) ? style.faint : style.accent
      const name = pad(truncate(names[index] ?? '', nameWidth), nameWidth)
      const took = pad(tookOf(bar), tookWidth, 'right')
      const line = `${name}  ${paint(cells)}  ${took}`
      return bar.step.error ? `${line}${failedMark}` : line
    })
    .concat(waits.length > 0 ? [style.faint(truncate(compressedNote(waits), width))] : [])
}

function compressedNote(waits: readonly Stretch[]): string {
  const total = waits.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  return `waited ${formatDuration(total)} in all; the axis is shorter there`
}

function tookOf({ step, startMs, endMs }: Bar): string {
  return step.completedAt ? formatDuration(endMs - startMs) : ''
}

function toBar(step: Step, now: Date): Bar[] {
  const { startedAt, completedAt } = step
  // The row of a wait's deadline says when it began, not how long it took.
  if (step.name === dbosStep.sleep && startedAt && completedAt && +startedAt === +completedAt) return []
  const end = completedAt ?? (sleepsUntil(step) ? now : null)
  return startedAt && end ? [{ step, startMs: startedAt.getTime(), endMs: Math.max(+startedAt, +end) }] : []
}

const waitingSteps: readonly string[] = [dbosStep.recv, dbosStep.sleep, dbosStep.getResult, dbosStep.getEvent]

function isWaiting({ name }: Step): boolean {
  return waitingSteps.includes(name)
}

/** Between one beginning or end and the next. */
function toStretches(bars: readonly Bar[]): Stretch[] {
  const workChanges = new Map<number, number>()
  const change = (timeMs: number, by: number) => workChanges.set(timeMs, (workChanges.get(timeMs) ?? 0) + by)
  for (const { step, startMs, endMs } of bars) {
    const by = isWaiting(step) ? 0 : 1
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

/** Waiting gets a tenth of the axis in all, however long it took; work gets the rest in proportion. For times where one begins or ends. */
function toScale(stretches: readonly Stretch[], width: number): (timeMs: number) => number {
  const durationOf = ({ startMs, endMs }: Stretch) => endMs - startMs
  const worked = stretches.filter(({ isWait }) => !isWait).reduce((sum, one) => sum + durationOf(one), 0)
  const waited = stretches.filter(({ isWait }) => isWait).reduce((sum, one) => sum + durationOf(one), 0)
  const waitShare = worked === 0 ? 1 : Math.min(0.1, waited / (worked + waited))
  const weightOf = (one: Stretch) =>
    one.isWait
      ? (durationOf(one) / Math.max(1, waited)) * waitShare
      : (durationOf(one) / Math.max(1, worked)) * (1 - waitShare)
  const columnByTime = new Map<number, number>()
  let sum = 0
  for (const stretch of stretches) {
    sum += weightOf(stretch)
    columnByTime.set(stretch.endMs, Math.round(width * sum))
  }
  return (timeMs) => columnByTime.get(timeMs) ?? 0
}

function longestOf(lengths: readonly number[]): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0)
}
