import { randomUUID } from 'node:crypto'
import { createQueueChoice } from '../core/manage/choose-queue.ts'
import { createVersionChoice } from '../core/manage/choose-version.ts'
import { type ManageTarget, obstacleTo } from '../core/manage/manage.ts'
import { findResumeStep, nameOfPoint, type ResumePoint } from '../core/manage/resume-point.ts'
import type { Store } from '../core/store.ts'
import type { Changed } from './change-workflows.ts'

export interface FromStepOptions {
  /** The first step that runs again: its number, `failed` (the first that did), or `last`. */
  readonly from: ResumePoint
  /** The queue to put them on, or `own` for the one where they ran; by default the one that every worker polls. */
  readonly queue?: string
  /** The version that shall run them, or `latest`; by default the one that did. */
  readonly version?: string
}

/** What became of one; `newWorkflowId` is the copy that `fork` made. */
export interface RunFromStep extends Changed {
  readonly newWorkflowId: string | null
}

/** One outcome for each id, in their order: as the commands of these names. */
export async function runFromStep(
  store: Store,
  verb: 'fork' | 'rewind',
  workflowIds: readonly string[],
  { from, queue, version }: FromStepOptions,
): Promise<readonly RunFromStep[]> {
  const ids = [...new Set(workflowIds)]
  const stateById = new Map((await store.states(ids)).map((state) => [state.workflowId, state]))
  const boundsById = new Map(
    (await store.stepBounds(ids, nameOfPoint(from))).map((bounds) => [bounds.workflowId, bounds]),
  )
  const chooseQueue = await createQueueChoice(store, queue)
  const chooseVersion = createVersionChoice(store, version)
  const targets = new Map<string, ManageTarget>()
  const obstacles = new Map<string, string>()
  for (const [workflowId, state] of stateById) {
    const fromStep = findResumeStep(from, boundsById.get(workflowId))
    const obstacle =
      obstacleTo(verb, state.status) ?? (fromStep === undefined ? `it has no step "${from}"` : undefined)
    if (obstacle !== undefined || fromStep === undefined) {
      obstacles.set(workflowId, obstacle ?? '')
      continue
    }
    targets.set(workflowId, {
      workflowId,
      status: state.status,
      fromStep,
      queue: await chooseQueue(state),
      version: await chooseVersion(state),
      ...(verb === 'fork' && { newWorkflowId: randomUUID() }),
    })
  }
  const results = targets.size > 0 ? await store.manage(verb, [...targets.values()]) : []
  const resultById = new Map(results.map((result) => [result.workflowId, result]))
  return ids.map((workflowId): RunFromStep => {
    const before = stateById.get(workflowId)?.status ?? null
    const result = resultById.get(workflowId)
    const left = { workflowId, before, newWorkflowId: null }
    if (before === null || result?.outcome === 'not-found') {
      return { ...left, outcome: 'not-found', after: null, reason: null }
    }
    if (result?.outcome === 'changed') {
      const newWorkflowId = targets.get(workflowId)?.newWorkflowId ?? null
      return { workflowId, before, newWorkflowId, outcome: 'changed', after: result.status, reason: null }
    }
    if (result?.outcome === 'failed')
      return { ...left, outcome: 'failed', after: before, reason: result.reason }
    const after = result?.status ?? before
    const reason = result ? `meanwhile ${result.status}` : (obstacles.get(workflowId) ?? null)
    return { ...left, outcome: 'no-op', after, reason }
  })
}
