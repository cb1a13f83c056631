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
  const longest = Math.max(...names.map(displayWidth))
  const tookWidth = Math.max(...bars.map((bar) => tookOf(bar).length))
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
      const cells = Array.from({ length: axisWidth }, (_, cell) => {
        if (cell >= start && cell < end) return isWaiting(bar.step) ? '┄' : '█'
        return ' '
      }).join('')
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
  if (step.name === 'DBOS.sleep' && startedAt && completedAt && +startedAt === +completedAt) return []
  const end = completedAt ?? (sleepsUntil(step) ? now : null)
  return startedAt && end ? [{ step, startMs: startedAt.getTime(), endMs: Math.max(+startedAt, +end) }] : []
}

const waitingSteps = ['DBOS.recv', 'DBOS.sleep', 'DBOS.getResult', 'DBOS.getEvent']

function isWaiting({ name }: Step): boolean {
  return waitingSteps.includes(name)
}

function toStretches(bars: readonly Bar[]): Stretch[] {
  const times = [...new Set(bars.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort((a, b) => a - b)
  return times.slice(1).map((endMs, index) => {
    const startMs = times[index] ?? endMs
    const active = bars.filter((bar) => bar.startMs < endMs && bar.endMs > startMs)
    return { startMs, endMs, isWait: active.every(({ step }) => isWaiting(step)) }
  })
}

/** Waiting gets a tenth of the axis in all, however long it took; work gets the rest in proportion. */
function toScale(stretches: readonly Stretch[], width: number): (timeMs: number) => number {
  const durationOf = ({ startMs, endMs }: Stretch) => endMs - startMs
  const worked = stretches.filter(({ isWait }) => !isWait).reduce((sum, one) => sum + durationOf(one), 0)
  const waited = stretches.filter(({ isWait }) => isWait).reduce((sum, one) => sum + durationOf(one), 0)
  const waitShare = worked === 0 ? 1 : Math.min(0.1, waited / (worked + waited))
  const weightOf = (one: Stretch) =>
    one.isWait
      ? (durationOf(one) / Math.max(1, waited)) * waitShare
      : (durationOf(one) / Math.max(1, worked)) * (1 - waitShare)
  return (timeMs) =>
    Math.round(
      width * stretches.filter(({ endMs }) => endMs <= timeMs).reduce((sum, one) => sum + weightOf(one), 0),
    )
}
