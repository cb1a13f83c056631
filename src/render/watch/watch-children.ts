import { isEnded } from '../../core/workflow.ts'
import { contentWidth, type Viewport, withLabel } from '../gutter.ts'
import { paintStatus, statusSymbol, statusText } from '../style.ts'
import { displayWidth, escapeName, pad, truncate } from '../text.ts'
import { elapsedOf } from '../time-text.ts'
import { childDetails, shareRows } from './child-details.ts'
import { idBelow } from './child-id.ts'
import { childTree, type TreeLine } from './child-tree.ts'
import { fanOutSection } from './fan-out.ts'
import { priorities, type Section } from './section.ts'
import { progressOf, type WatchedWorkflow, type WatchModel } from './watch-model.ts'

const maxRows = 12
/** A name that is cut below this tells nothing. */
const leastName = 4

export interface ChildFrame extends Viewport {
  /** What each child does stands below it, and how it ended. */
  readonly childSteps?: boolean
}

export function childSection(model: WatchModel, workflow: WatchedWorkflow, frame: ChildFrame): Section[] {
  const { workflows } = model
  const tree = childTree(workflows, workflow)
  const forgotten = [...workflow.forgottenChildren.values()].reduce((sum, count) => sum + count, 0)
  if (tree.length + forgotten > maxRows) {
    const children = tree.map(({ child }) => child)
    return [fanOutSection(children, workflow.forgottenChildren, frame)]
  }
  if (tree.length === 0) return []
  const details = tree.map((one) => ({
    child: one.child,
    line: childLine(one, frame),
    lines: frame.childSteps ? childDetails(model, one, frame) : [],
  }))
  const draw = (rows: number) => {
    const isFolded = tree.length > rows
    const kept = isFolded ? childTree(workflows, workflow, rows - 1) : tree
    if (isFolded) {
      const lines = kept.map((line) => childLine(line, frame))
      return withLabel('children', [foldLine(tree, kept, frame), ...lines], frame)
    }
    const shares = shareRows(details, rows - tree.length)
    const lines = details.flatMap(({ child, line, lines }) => {
      const share = shares.get(child) ?? 0
      return [line, ...lines.slice(lines.length - share)]
    })
    return withLabel('children', lines, frame)
  }
  const most = tree.length + details.reduce((sum, { lines }) => sum + lines.length, 0)
  return [{ priority: priorities.children, least: 1, most, draw }]
}

/** `… 12 SUCCESS, 3 PENDING`. */
function foldLine(tree: readonly TreeLine[], kept: readonly TreeLine[], frame: Viewport): string {
  const keptIds = new Set(kept.map(({ child }) => child.workflowId))
  const counts = new Map<string, number>()
  for (const { child } of tree) {
    const status = child.summary?.status ?? 'started'
    if (!keptIds.has(child.workflowId)) counts.set(status, (counts.get(status) ?? 0) + 1)
  }
  const tally = [...counts].map(([status, count]) => `${count} ${status}`)
  return frame.style.faint(truncate(`… ${tally.join(', ')}`, contentWidth(frame)))
}

function childLine({ branch, child }: TreeLine, frame: Viewport): string {
  const { style, now } = frame
  const { summary, name, workflowId, parentId } = child
  const width = contentWidth(frame)
  const id = idBelow(parentId, workflowId)
  const progress = summary && isEnded(summary.status) ? undefined : progressOf(child)
  const right = [
    progress === undefined ? '' : `${Math.floor(progress * 100)}%`,
    summary ? elapsedOf(summary, now) : '',
  ]
    .filter(Boolean)
    .join('  ')
  const besideTitle = displayWidth(branch) + displayWidth(right) + 4
  const word = pad(summary ? statusText(summary.status) : '· started', 10)
  // Which child it is says more than the word for its symbol.
  const isRoomy = width - besideTitle - displayWidth(word) >= leastName + 2 + displayWidth(id)
  const status = isRoomy ? word : summary ? statusSymbol(summary.status) : '·'
  const left = width - besideTitle - displayWidth(status)
  if (left < leastName) return truncate(`${branch}${status} ${escapeName(name)}`, width)
  const title = pad(titleOf(escapeName(name), id, left), left)
  const painted = summary ? paintStatus(status, summary.status, style) : style.faint(status)
  return `${style.faint(branch)}${painted}  ${title}  ${style.faint(right)}`.trimEnd()
}

/** What tells children of one name apart is their id: the name is cut first. */
function titleOf(name: string, id: string, width: number): string {
  const nameWidth = Math.max(leastName, width - displayWidth(id) - 2)
  return truncate(`${truncate(name, nameWidth)}  ${id}`, width)
}
