import { stripVTControlCharacters } from 'node:util'
import { isEnded } from '../../core/workflow.ts'
import { queueText } from '../manage/queue-text.ts'
import { endSentence } from '../outcome.ts'
import { paintStatus, type Style, statusSymbol, statusText } from '../style.ts'
import { displayWidth, escapeName, pad, shortExecutor, shortId, truncate, wrap } from '../text.ts'
import { elapsedOf } from '../time-text.ts'
import { drawSections, priorities, type Section, solid } from './section.ts'
import type { WatchedWorkflow, WatchModel } from './watch-model.ts'
import { detailSections } from './watch-sections.ts'

export { initialWatchModel, update, type WatchMessage, type WatchModel } from './watch-model.ts'

interface ViewOptions {
  readonly style: Style
  readonly width: number
  /** Lines at most; infinite for what stays in the scrollback. */
  readonly height: number
  readonly now: Date
  readonly databaseFlags?: readonly string[]
  /** What each child does stands below it, and how it ended. */
  readonly childSteps?: boolean
  /** The result stands below the picture, and is not said twice. */
  readonly resultFollows?: boolean
}

/** Lines longer than this are hard to follow from one end to the other. */
const maxWidth = 100

/** The screen: at most `height` lines, none wider than `width`. What does not fit is left out, the least important first. */
export function view(model: WatchModel, options: ViewOptions): string[] {
  const fitted = { ...options, width: Math.min(options.width, maxWidth) }
  const roots = model.rootIds.flatMap((id) => model.workflows.get(id) ?? [])
  const { shown, hidden } = chooseRoots(roots, options.height)
  const sections = shown.flatMap((root, index) => [
    ...(index > 0 ? [solid(priorities.space, [''])] : []),
    ...workflowSections(model, root, { ...fitted, isBrief: !isActive(root) && roots.some(isActive) }),
  ])
  const lines = drawSections(
    [...sections, ...moreSection(hidden, fitted), ...noticeSection(model, roots, fitted)],
    options.height,
  )
  return lines.map((line) => clip(line, fitted.width))
}

/** Sections fit any usual width; on a few cells this is the net below them. */
function clip(line: string, width: number): string {
  return displayWidth(line) <= width ? line : truncate(stripVTControlCharacters(line), width)
}

/** More workflows than lines: those that still go on are worth more than those that have ended. */
function chooseRoots(roots: readonly WatchedWorkflow[], height: number) {
  if (roots.length <= height) return { shown: roots, hidden: [] }
  const active = roots.filter(isActive)
  const chosen = new Set([...active, ...roots].slice(0, Math.max(0, height - 1)))
  return {
    shown: roots.filter((root) => chosen.has(root)),
    hidden: roots.filter((root) => !chosen.has(root)),
  }
}

interface BlockOptions extends ViewOptions {
  /** It has ended and others go on: they need the lines. */
  readonly isBrief: boolean
}

function workflowSections(model: WatchModel, workflow: WatchedWorkflow, options: BlockOptions): Section[] {
  return [
    solid(priorities.header, [headerLine(workflow, options)]),
    ...(options.isBrief ? [] : detailSections(model, workflow, options)),
    ...outcomeSection(workflow, options),
  ]
}

/** `● PENDING    eventsWorkflow  test-events-1            12s  drover-1a2b3c4d`. */
function headerLine(
  { workflowId, name, summary }: WatchedWorkflow,
  { style, width, now }: ViewOptions,
): string {
  if (!summary) return truncate(`· ${escapeName(name || 'workflow')}  ${escapeName(workflowId)}  …`, width)
  const status = pad(statusText(summary.status), 10)
  const title = escapeName(summary.name)
  const elapsed = elapsedOf(summary, now)
  const who = [whoRuns(summary), elapsed].filter(Boolean).join('  ')
  const layouts = [
    { id: escapeName(workflowId), right: who },
    { id: shortId(workflowId), right: who },
    { id: escapeName(workflowId), right: elapsed },
    { id: shortId(workflowId), right: elapsed },
  ]
  const fits = ({ id, right }: { id: string; right: string }) =>
    displayWidth(`${status}  ${title}  ${id}  ${right}`) <= width
  const paint = (text: string) => paintStatus(text, summary.status, style)
  const layout = layouts.find(fits)
  if (layout) {
    const { id, right } = layout
    const left = `${status}  ${title}  ${id}`
    const space = ' '.repeat(width - displayWidth(left) - displayWidth(right))
    return `${paint(status)}  ${style.strong(title)}  ${style.faint(id)}${space}${style.faint(right)}`
  }
  const symbol = statusSymbol(summary.status)
  return `${paint(symbol)} ${style.strong(truncate(`${title}  ${shortId(workflowId)}`, width - 2))}`
}

function whoRuns(summary: NonNullable<WatchedWorkflow['summary']>): string {
  const { status, queue, executorId, recoveryAttempts } = summary
  if (isEnded(status)) return ''
  if (status !== 'PENDING') return queue === null ? '' : `queue ${queueText(queue)}`
  const recovered = recoveryAttempts > 1 ? `recovered ${recoveryAttempts - 1}×` : ''
  return [recovered, executorId === null ? '' : shortExecutor(executorId)].filter(Boolean).join('  ')
}

function outcomeSection(
  { outcome: told, summary }: WatchedWorkflow,
  { style, width, resultFollows = false }: ViewOptions,
): Section[] {
  if (told === null || summary === null) return []
  const outcome = resultFollows && summary.status === 'SUCCESS' ? endSentence(summary) : told
  const { status } = summary
  const [first = '', ...more] = wrap(outcome, width - 2, 3)
  const lines = [
    `${paintStatus(statusSymbol(status), status, style)} ${first}`,
    ...more.map((line) => `  ${line}`),
  ]
  return [
    {
      priority: priorities.outcome,
      least: 1,
      most: lines.length,
      draw: (rows) =>
        rows === 1
          ? [`${paintStatus(statusSymbol(status), status, style)} ${truncate(outcome, width - 2)}`]
          : lines,
    },
  ]
}

function moreSection(hidden: readonly WatchedWorkflow[], { style, width }: ViewOptions): Section[] {
  if (hidden.length === 0) return []
  const active = hidden.filter(isActive).length
  const text = `… ${hidden.length} more, ${active === 0 ? 'all ended' : `${active} still active`}`
  return [solid(priorities.header, [style.faint(truncate(text, width))])]
}

function noticeSection(
  { notice }: WatchModel,
  roots: readonly WatchedWorkflow[],
  options: ViewOptions,
): Section[] {
  if (notice === null || !roots.some(isActive)) return []
  const { style, width } = options
  return [solid(priorities.notice, [style.warning(truncate(`! ${escapeName(notice)}`, width))])]
}

function isActive({ summary }: WatchedWorkflow): boolean {
  return summary === null || !isEnded(summary.status)
}
