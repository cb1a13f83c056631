import { isEnded } from '../../core/workflow.ts'
import { contentWidth, type Viewport } from '../gutter.ts'
import { displayWidth, truncate } from '../text.ts'
import type { TreeLine } from './child-tree.ts'
import { runningLine } from './running-line.ts'
import { stepLine, stepWidths } from './step-line.ts'
import type { WatchedWorkflow, WatchModel } from './watch-model.ts'

/** So many of the last steps of a child stand below it. */
const maxSteps = 3
const leastWidth = 20

/** Below the line of a child: its last steps and what it does now, or how it ended. */
export function childDetails(model: WatchModel, { below, child }: TreeLine, frame: Viewport): string[] {
  const width = contentWidth(frame) - displayWidth(below)
  if (width < leastWidth) return []
  const lines = isOver(child) ? endLines(child, width, frame) : goingLines(model, child, width, frame)
  return lines.map((line) => `${frame.style.faint(below)}${line}`)
}

function goingLines(model: WatchModel, child: WatchedWorkflow, width: number, frame: Viewport): string[] {
  const steps = child.steps.slice(-maxSteps)
  const widths = stepWidths(steps, width)
  return [
    ...steps.map((step) => stepLine(step, widths, frame, width)),
    ...runningLine(model, child, frame, width),
  ]
}

function endLines({ failure, result }: WatchedWorkflow, width: number, { style }: Viewport): string[] {
  if (failure !== null) return [style.bad(truncate(failure, width))]
  return result === null ? [] : [truncate(result, width)]
}

/**
 * How many of its last lines each child has, where there are `spare` rows for all: row by row, those that go on first, then
 * those that failed.
 */
export function shareRows(
  children: readonly { readonly child: WatchedWorkflow; readonly lines: readonly string[] }[],
  spare: number,
): ReadonlyMap<WatchedWorkflow, number> {
  const shares = new Map(children.map(({ child }) => [child, 0]))
  const byWorth = children.toSorted((a, b) => worth(a.child) - worth(b.child))
  let left = spare
  for (let row = 1; left > 0; row++) {
    const wanting = byWorth.filter(({ lines }) => lines.length >= row).slice(0, left)
    if (wanting.length === 0) break
    for (const { child } of wanting) shares.set(child, row)
    left -= wanting.length
  }
  return shares
}

function worth(child: WatchedWorkflow): number {
  if (!isOver(child)) return 0
  return child.failure === null ? 2 : 1
}

function isOver({ summary }: WatchedWorkflow): boolean {
  return summary !== null && isEnded(summary.status)
}
