import { isAsking } from '../../core/dbos-names.ts'
import { isEnded } from '../../core/workflow.ts'
import { contentWidth, type Viewport, withLabel } from '../gutter.ts'
import { displayWidth, escapeControls, escapeName, pad, truncate, wrap } from '../text.ts'
import { formatAge } from '../time-text.ts'
import { formatValue } from '../value.ts'
import { progressBar } from './progress.ts'
import { runningLine } from './running-line.ts'
import { priorities, type Section } from './section.ts'
import { stepLine, stepWidths } from './step-line.ts'
import { type ChildFrame, childSection } from './watch-children.ts'
import type { WatchedEvent, WatchedStream, WatchedWorkflow, WatchModel } from './watch-model.ts'
import { stuckSection, waitSections } from './watch-waits.ts'

const maxRows = { progress: 3, events: 12, steps: 8, stream: 6, unread: 3 } as const

/** What is told of one workflow between its header and its outcome. */
export function detailSections(model: WatchModel, workflow: WatchedWorkflow, frame: ChildFrame): Section[] {
  return [
    ...progressSection(workflow, frame),
    ...stuckSection(model, workflow, frame),
    ...waitSections(model, workflow, frame),
    ...eventSection(workflow, frame),
    ...stepSection(model, workflow, frame),
    ...streamSections(workflow, frame),
    ...childSection(model, workflow, frame),
    ...unreadSection(workflow, frame),
  ]
}

const maxBarWidth = 56
const ageWidth = 9

function progressSection(workflow: WatchedWorkflow, frame: Viewport): Section[] {
  const bars = [...workflow.events].filter(([, event]) => event.progress !== undefined)
  const lines = bars.slice(-maxRows.progress).flatMap(([key, event]) => {
    const bar = progressBar(
      event.progress ?? 0,
      Math.min(maxBarWidth, contentWidth(frame) - ageWidth),
      frame.style,
    )
    return withLabel(escapeName(key), [withAge(bar, event, workflow, frame)], frame)
  })
  if (lines.length === 0) return []
  return [{ priority: priorities.progress, least: 1, most: lines.length, draw: (rows) => lines.slice(-rows) }]
}

/** The age at the right edge; not of a workflow that has ended, whose last picture must not grow old. */
function withAge(text: string, { at }: WatchedEvent, { summary }: WatchedWorkflow, frame: Viewport): string {
  if (summary && isEnded(summary.status)) return text
  const age = formatAge(at, frame.now)
  const space = contentWidth(frame) - displayWidth(text) - displayWidth(age)
  return space < 2 ? text : `${text}${' '.repeat(space)}${frame.style.faint(age)}`
}

function eventSection(workflow: WatchedWorkflow, frame: Viewport): Section[] {
  // what asks is shown as a wait for as long as it is one
  const events = [...workflow.events].filter(
    ([key, { progress }]) => progress === undefined && !isAsking(key),
  )
  const width = contentWidth(frame)
  const keyWidth = Math.min(Math.floor(width / 3), widest(events.map(([key]) => escapeName(key))))
  const lines = events.map(([key, event]) => {
    const age = displayWidth(formatAge(event.at, frame.now)) + 2
    const name = pad(truncate(escapeName(key), keyWidth), keyWidth)
    return withAge(`${name}  ${truncate(event.text, width - keyWidth - 2 - age)}`, event, workflow, frame)
  })
  const folding = { label: 'events', noun: 'events', lines, count: lines.length, most: maxRows.events }
  return foldedSection(folding, priorities.events, frame)
}

function stepSection(model: WatchModel, workflow: WatchedWorkflow, frame: Viewport): Section[] {
  const { steps, stepCount } = workflow
  const widths = stepWidths(steps, contentWidth(frame))
  const now = runningLine(model, workflow, frame)
  const lines = [...steps.map((step) => stepLine(step, widths, frame)), ...now]
  const count = stepCount + now.length
  return foldedSection(
    { label: 'steps', noun: 'steps', lines, count, most: maxRows.steps },
    priorities.steps,
    frame,
  )
}

function streamSections(workflow: WatchedWorkflow, frame: Viewport): Section[] {
  return [...workflow.streams].map(([key, stream]) => ({
    priority: priorities.stream,
    least: 1,
    most: Math.min(maxRows.stream, 1 + lengthOf(stream, frame)),
    draw: (rows) => withLabel('stream', streamLines(escapeName(key), stream, rows, frame), frame),
  }))
}

function lengthOf(stream: WatchedStream, frame: Viewport): number {
  return stream.joined === '' ? stream.tail.length : joinedLines(stream, contentWidth(frame)).length
}

function streamLines(key: string, stream: WatchedStream, rows: number, frame: Viewport): string[] {
  const { style } = frame
  const width = contentWidth(frame)
  const count = stream.count === 1 ? '1 value' : `${stream.count} values`
  const state = `${count}${stream.closed ? ', closed' : ''}`
  const title = truncate(key, Math.max(1, width - displayWidth(state) - 2))
  const head = `${title}  ${style.faint(truncate(state, width - displayWidth(title) - 2))}`
  if (stream.joined !== '') return [head, ...(rows > 1 ? joinedLines(stream, width).slice(1 - rows) : [])]
  const offsetWidth = String(stream.count).length
  const tail = rows > 1 ? stream.tail.slice(1 - rows) : []
  return [
    head.trimEnd(),
    ...tail.map(({ offset, text }) => {
      const place = style.faint(pad(String(offset), offsetWidth, 'right'))
      return `${place}  ${truncate(text, width - offsetWidth - 2)}`
    }),
  ]
}

/** Pieces of one text, as it reads. */
function joinedLines({ joined, closed }: WatchedStream, width: number): string[] {
  const cursor = closed ? '' : '▏'
  return joined
    .trimStart()
    .split('\n')
    .flatMap((line) => wrap(escapeControls(line), width - 1, Number.POSITIVE_INFINITY))
    .map((line, index, lines) => (index === lines.length - 1 ? `${line}${cursor}` : line))
}

function unreadSection({ unread, summary }: WatchedWorkflow, frame: Viewport): Section[] {
  const { style, now } = frame
  const width = contentWidth(frame)
  const lines = unread.map(({ topic, message, sentAt }) => {
    const where = topic === null ? 'without topic' : escapeName(topic)
    const age = summary && isEnded(summary.status) ? '' : `, ${formatAge(sentAt, now)}`
    return style.warning(truncate(`${where}${age}: ${formatValue(message, width)}`, width))
  })
  const folding = { label: 'unread', noun: 'messages', lines, count: lines.length, most: maxRows.unread }
  return foldedSection(folding, priorities.unread, frame)
}

interface Folding {
  readonly label: string
  readonly noun: string
  readonly lines: readonly string[]
  /** Of all, also those of which no line is kept. */
  readonly count: number
  readonly most: number
}

/** The newest lines, under one that counts the others. */
function foldedSection(
  { label, noun, lines, count, most }: Folding,
  priority: number,
  frame: Viewport,
): Section[] {
  if (lines.length === 0) return []
  const draw = (rows: number) => {
    if (count <= rows) return withLabel(label, lines, frame)
    const kept = rows > 1 ? lines.slice(1 - rows) : []
    const fold = `… ${count - kept.length} ${kept.length > 0 ? 'earlier ' : ''}${noun}`
    return withLabel(label, [frame.style.faint(truncate(fold, contentWidth(frame))), ...kept], frame)
  }
  return [{ priority, least: 1, most: Math.min(most, count), draw }]
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, displayWidth(text)), 0)
}
