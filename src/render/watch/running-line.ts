import { isEnded } from '../../core/workflow.ts'
import { contentWidth, type Viewport } from '../gutter.ts'
import { displayWidth, truncate } from '../text.ts'
import { formatElapsed } from '../time-text.ts'
import { idBelow } from './child-id.ts'
import type { WatchedWorkflow, WatchModel } from './watch-model.ts'

/** A step that takes longer than this may have failed and be tried again: DBOS records only its end. */
const longStepMs = 10_000

/** What a workflow does now, as far as its records tell; nothing while it waits, sleeps, or is held by nobody. */
export function runningLine(
  { workflows, strandedIds }: WatchModel,
  workflow: WatchedWorkflow,
  frame: Viewport,
  width = contentWidth(frame),
): string[] {
  const { summary, waits, lastStep, steps, workflowId } = workflow
  const { now, style } = frame
  const sleeps = steps.some(({ until }) => until !== null && until > now)
  if (summary?.status !== 'PENDING' || waits.length > 0 || sleeps || strandedIds.includes(workflowId))
    return []
  const since = lastStep?.at ?? summary.startedAt ?? summary.createdAt
  const ms = now.getTime() - since.getTime()
  const child = activeChildOf(workflows, workflow)
  const number = String((lastStep?.step ?? -1) + 1)
  const childId = child ? idBelow(workflowId, child.workflowId) : ''
  const forms = child
    ? [`${number} waits for child ${childId}`, `${number} waits for ${childId}`]
    : [`step ${number} runs${ms > longStepMs ? ', or is tried again' : ''}`, `step ${number} runs`]
  const elapsed = formatElapsed(ms)
  const room = width - displayWidth(elapsed) - 4
  const text = `▸ ${truncate(forms.find((form) => displayWidth(form) <= room) ?? forms[0] ?? '', room)}`
  return [`${style.accent(text)}  ${style.faint(elapsed)}`]
}

/** The oldest that has not ended: what its parent most probably waits for. */
function activeChildOf(
  workflows: WatchModel['workflows'],
  { childIds }: WatchedWorkflow,
): WatchedWorkflow | undefined {
  const children = childIds.flatMap((id) => workflows.get(id) ?? [])
  return children.find(({ summary }) => summary === null || !isEnded(summary.status))
}
