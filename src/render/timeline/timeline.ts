import type { Step, WorkflowSummary } from '../../core/workflow.ts'
import type { Viewport } from '../gutter.ts'
import { displayWidth, pad, truncate } from '../text.ts'
import { formatDuration } from '../time-text.ts'
import { type Scale, type Stretch, toScale, toStretches } from './scale.ts'
import { type Span, toSpans } from './spans.ts'

const minBarWidth = 12
const maxNameWidth = 32

/**
 * Steps and children as bars on one time axis, below each other. Where everything waits, the axis is cut short and drawn with
 * `┄`; what is alike and follows itself shares a row.
 */
export function renderTimeline(
  steps: readonly Step[],
  frame: Viewport,
  children: readonly WorkflowSummary[] = [],
): string[] {
  return [...timelineLines(steps, frame, children)]
}

/** The same, line by line: whoever draws very many does something else in between. */
export function* timelineLines(
  steps: readonly Step[],
  { style, width, now }: Viewport,
  children: readonly WorkflowSummary[],
): Generator<string> {
  const spans = toSpans(steps, children, now)
  if (spans.length === 0) return
  const placeWidth = longestOf(spans.map(({ place }) => displayWidth(place)))
  const names = spans.map((span) => `${pad(span.place, placeWidth, 'right')}  ${nameOf(span)}`)
  const tookWidth = longestOf(spans.map((span) => tookOf(span).length))
  const markWidth = longestOf(spans.map((span) => markOf(span).length))
  const restWidth = tookWidth + markWidth + 4
  const nameWidth = Math.max(
    8,
    Math.min(longestOf(names.map(displayWidth)), maxNameWidth, width - restWidth - minBarWidth),
  )
  const axisWidth = Math.max(minBarWidth, Math.min(width, 160) - nameWidth - restWidth)
  const stretches = toStretches(spans)
  const scale = toScale(stretches, axisWidth)
  const waits = stretches.filter(({ isWait }) => isWait)
  const startMs = stretches[0]?.startMs ?? 0
  yield style.faint(`${' '.repeat(nameWidth)}  ${axisLine(scale, startMs, axisWidth)}`.trimEnd())
  for (const [index, span] of spans.entries()) {
    const start = Math.min(axisWidth - 1, scale.columnOf(span.startMs))
    const end = Math.max(start + 1, scale.columnOf(span.endMs))
    const mark = span.isWait ? '┄' : '█'
    const cells = (' '.repeat(start) + mark.repeat(end - start)).padEnd(axisWidth).slice(0, axisWidth)
    const paint = span.failed > 0 ? style.bad : span.isWait ? style.faint : style.accent
    const name = pad(truncate(names[index] ?? '', nameWidth), nameWidth)
    yield `${name}  ${paint(cells)}  ${pad(tookOf(span), tookWidth, 'right')}${markOf(span)}`
  }
  if (waits.length > 0) yield style.faint(truncate(compressedNote(waits), width))
}

const tickGap = 16

/** `0ms       └1.2s      └2.4s`: when it is, from the beginning on. */
function axisLine({ timeAt }: Scale, startMs: number, width: number): string {
  let line = ''
  for (let column = 0; column + 8 <= width; column += tickGap) {
    const label = `${column === 0 ? '' : '╷'}${formatDuration(Math.round(timeAt(column) - startMs))}`
    line = `${line.padEnd(column)}${label}`
  }
  return line.slice(0, width)
}

function nameOf({ name, count }: Span): string {
  return count > 1 ? `${name} ×${count}` : name
}

/** Said in words as well as by colour. */
function markOf({ failed, count }: Span): string {
  if (failed === 0) return ''
  return count > 1 ? ` ${failed} ✗` : ' ✗'
}

function compressedNote(waits: readonly Stretch[]): string {
  const total = waits.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  return `waited ${formatDuration(total)} in all; the axis is shorter there`
}

function tookOf({ goesOn, startMs, endMs }: Span): string {
  return goesOn ? '' : formatDuration(endMs - startMs)
}

function longestOf(lengths: readonly number[]): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0)
}
