import { isEnded } from '../../core/workflow.ts'
import type { WatchedWorkflow, WatchModel } from './watch-model.ts'

export interface TreeLine {
  /** What connects it to its parent: `├─ `, `│  └─ `. */
  readonly branch: string
  /** What stands under that, beside what is told of the child. */
  readonly below: string
  readonly child: WatchedWorkflow
}

/** Children below children, parents first. With `limit`, those that go on or failed come before those that ended well. */
export function childTree(
  workflows: WatchModel['workflows'],
  root: WatchedWorkflow,
  limit = Number.POSITIVE_INFINITY,
): TreeLine[] {
  const all = descendants(workflows, root)
  if (all.length <= limit) return drawTree(workflows, root, new Set(all))
  const byWorth = all.toReversed().sort((a, b) => worth(b) - worth(a))
  return drawTree(workflows, root, new Set(byWorth.slice(0, limit)))
}

function descendants(workflows: WatchModel['workflows'], parent: WatchedWorkflow): WatchedWorkflow[] {
  return childrenOf(workflows, parent).flatMap((child) => [child, ...descendants(workflows, child)])
}

/** A workflow that is watched in its own right stands at the top only. */
function childrenOf(
  workflows: WatchModel['workflows'],
  { childIds, workflowId }: WatchedWorkflow,
): WatchedWorkflow[] {
  return childIds.flatMap((id) => workflows.get(id) ?? []).filter(({ parentId }) => parentId === workflowId)
}

/** A child whose parent is left out hangs on the next one above. */
function drawTree(
  workflows: WatchModel['workflows'],
  parent: WatchedWorkflow,
  kept: ReadonlySet<WatchedWorkflow>,
  indent = '',
): TreeLine[] {
  const nodes = nearestKept(workflows, parent, kept)
  return nodes.flatMap((child, index) => {
    const isLast = index === nodes.length - 1
    const deeper = `${indent}${isLast ? '   ' : '│  '}`
    const below = drawTree(workflows, child, kept, deeper)
    return [
      {
        branch: `${indent}${isLast ? '└─ ' : '├─ '}`,
        below: `${deeper}${below.length > 0 ? '│ ' : '  '}`,
        child,
      },
      ...below,
    ]
  })
}

function nearestKept(
  workflows: WatchModel['workflows'],
  parent: WatchedWorkflow,
  kept: ReadonlySet<WatchedWorkflow>,
): WatchedWorkflow[] {
  return childrenOf(workflows, parent).flatMap((child) =>
    kept.has(child) ? [child] : nearestKept(workflows, child, kept),
  )
}

function worth({ summary }: WatchedWorkflow): number {
  if (summary?.status === 'SUCCESS') return 0
  return summary && isEnded(summary.status) ? 1 : 2
}
