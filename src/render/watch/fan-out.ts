import { isEnded, type WorkflowStatus } from '../../core/workflow.ts'
import { contentWidth, type Viewport, withLabel } from '../gutter.ts'
import { displayWidth, pad, truncate } from '../text.ts'
import { elapsedOf } from '../time-text.ts'
import { idBelow } from './child-id.ts'
import { priorities, type Section } from './section.ts'
import type { WatchedWorkflow } from './watch-model.ts'

const maxFailed = 6
const maxBarWidth = 56

/** Very many children: how many there are of each kind, those that failed, and those at work. */
export function fanOutSection(
  children: readonly WatchedWorkflow[],
  forgotten: ReadonlyMap<WorkflowStatus, number>,
  frame: Viewport,
): Section {
  const failed = children.filter(hasFailed)
  const working = children.filter(({ summary }) => summary?.status === 'PENDING')
  const sum = sumLine(countsOf(children, forgotten), frame)
  const last = working.length > 0 ? [workingLine(working, frame)] : []
  const pinned = Math.min(failed.length, maxFailed)
  const draw = (rows: number) => {
    const room = Math.max(0, Math.min(maxFailed, rows - 1 - last.length))
    const lines = [sum, ...failedLines(failed, room, frame), ...last].slice(0, rows)
    return withLabel('children', lines, frame)
  }
  return { priority: priorities.children, least: 1, most: 1 + pinned + last.length, draw }
}

function hasFailed({ summary }: WatchedWorkflow): boolean {
  return summary !== null && isEnded(summary.status) && summary.status !== 'SUCCESS'
}

interface Counts {
  readonly succeeded: number
  readonly failed: number
  readonly cancelled: number
  readonly working: number
  readonly waiting: number
}

function countsOf(
  children: readonly WatchedWorkflow[],
  forgotten: ReadonlyMap<WorkflowStatus, number>,
): Counts {
  const counts = new Map<WorkflowStatus, number>(forgotten)
  for (const { summary } of children) {
    const status = summary?.status ?? 'ENQUEUED'
    counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  const of = (...among: readonly WorkflowStatus[]) =>
    among.reduce((total, status) => total + (counts.get(status) ?? 0), 0)
  return {
    succeeded: of('SUCCESS'),
    failed: of('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'),
    cancelled: of('CANCELLED'),
    working: of('PENDING'),
    waiting: of('ENQUEUED', 'DELAYED'),
  }
}

/** `━━━━━━────  131 ✓  3 ✗  10 ▸  56 ○`. */
function sumLine({ succeeded, failed, cancelled, working, waiting }: Counts, frame: Viewport): string {
  const { style } = frame
  const parts = [
    [succeeded, '✓', style.good],
    [failed, '✗', style.bad],
    [cancelled, '⊘', style.warning],
    [working, '▸', style.accent],
    [waiting, '○', style.faint],
  ] as const
  const shown = parts.filter(([count]) => count > 0)
  const plain = shown.map(([count, symbol]) => `${count} ${symbol}`).join('  ')
  const painted = shown.map(([count, symbol, paint]) => paint(`${count} ${symbol}`)).join('  ')
  const total = succeeded + failed + cancelled + working + waiting
  const room = contentWidth(frame) - displayWidth(plain) - 2
  if (room < 8) return painted
  const cells = Math.min(maxBarWidth, room)
  const done = Math.floor((cells * (succeeded + failed + cancelled)) / Math.max(1, total))
  return `${style.good('━'.repeat(done))}${style.faint('─'.repeat(cells - done))}  ${painted}`
}

function failedLines(failed: readonly WatchedWorkflow[], rows: number, frame: Viewport): string[] {
  if (failed.length <= rows) return failed.map((child) => failedLine(child, frame))
  if (rows === 0) return []
  const kept = failed.slice(0, rows - 1)
  const more = frame.style.bad(`✗ ${failed.length - kept.length} more`)
  return [...kept.map((child) => failedLine(child, frame)), more]
}

/** `✗ …-39   image 40 is corrupt: bad JPEG marker 0xff   2.2s`. */
function failedLine({ workflowId, parentId, summary, failure }: WatchedWorkflow, frame: Viewport): string {
  const { style, now } = frame
  const width = contentWidth(frame)
  const took = summary ? elapsedOf(summary, now) : ''
  const id = truncate(idBelow(parentId, workflowId), Math.floor(width / 3))
  const room = width - displayWidth(id) - displayWidth(took) - 6
  const text = failure ?? summary?.status ?? ''
  const symbol = summary?.status === 'CANCELLED' ? style.warning('⊘') : style.bad('✗')
  return `${symbol} ${id}  ${pad(truncate(text, room), Math.max(0, room))}  ${style.faint(took)}`
}

/** As many of those at work as there is room for. */
function workingLine(working: readonly WatchedWorkflow[], frame: Viewport): string {
  const ids = working.map(({ parentId, workflowId }) => idBelow(parentId, workflowId))
  const width = contentWidth(frame) - 2
  let text = ''
  for (const [index, id] of ids.entries()) {
    const longer = index === 0 ? id : `${text}  ${id}`
    const more = index < ids.length - 1 ? '  …' : ''
    if (displayWidth(longer + more) > width) return line(index === 0 ? truncate(id, width) : `${text}  …`)
    text = longer
  }
  return line(text)

  function line(shown: string): string {
    return `${frame.style.accent('▸')} ${shown}`
  }
}
