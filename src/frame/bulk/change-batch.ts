import type { BulkRow, PlannedTarget } from '../../core/manage/ledger.ts'
import { type BulkVerb, type ManageResult, obstacleTo } from '../../core/manage/manage.ts'
import type { Store } from '../../core/store.ts'
import { type ChangeTargets, detailOf, toRow } from './request.ts'

function toResultRow(verb: BulkVerb, target: PlannedTarget, result: ManageResult): BulkRow {
  const { workflowId, status: before, newWorkflowId } = target
  switch (result.outcome) {
    case 'changed':
      return toRow(workflowId, {
        outcome: 'changed',
        before,
        after: result.status,
        newWorkflowId: newWorkflowId ?? null,
        reason: detailOf(verb, target),
      })
    case 'moved-on': {
      const obstacle = obstacleTo(verb, result.status)
      return toRow(workflowId, {
        outcome: obstacle === undefined ? 'failed' : 'no-op',
        before,
        after: result.status,
        reason: obstacle ?? `it is ${result.status} now, no longer ${before}`,
      })
    }
    case 'not-found':
      return toRow(workflowId, { outcome: 'not-found', before })
    case 'failed':
      return toRow(workflowId, { outcome: 'failed', before, after: before, reason: result.reason })
    default:
      return result satisfies never
  }
}

/** Of those that an interrupted run had begun with: the ones that it did change. */
async function resolveUnsure(
  store: Store,
  verb: BulkVerb,
  targets: readonly PlannedTarget[],
): Promise<Map<string, ManageResult>> {
  // What was sent is not sent again, which only sending it tells.
  if (targets.length === 0 || verb === 'send') return new Map()
  const ids = targets.flatMap(({ workflowId, newWorkflowId }) => [workflowId, newWorkflowId ?? []].flat())
  const stateById = new Map((await store.states(ids)).map((state) => [state.workflowId, state]))
  const resolved = new Map<string, ManageResult>()
  for (const { workflowId, status, updatedAt, newWorkflowId } of targets) {
    const state = stateById.get(workflowId)
    const isUntouched = state?.status === status && state.updatedAt.toISOString() === updatedAt
    const isDone =
      verb === 'fork'
        ? stateById.has(newWorkflowId ?? '')
        : verb === 'delete'
          ? !state
          : verb === 'cancel'
            ? state?.status === 'CANCELLED'
            : state !== undefined && !isUntouched
    const after = verb === 'fork' ? stateById.get(newWorkflowId ?? '') : state
    if (isDone) resolved.set(workflowId, { workflowId, outcome: 'changed', status: after?.status ?? null })
  }
  return resolved
}

/** It was enqueued when it was looked at, and runs now: who named it wants it cancelled all the same. */
function stillToCancel(target: PlannedTarget, result: ManageResult | undefined): readonly PlannedTarget[] {
  if (result?.outcome !== 'moved-on' || obstacleTo('cancel', result.status) !== undefined) return []
  return [{ ...target, status: result.status }]
}

interface Change {
  readonly verb: BulkVerb
  readonly change: ChangeTargets
  /** They were typed, and not found by what a filter says of them. */
  readonly isNamed: boolean
  /** What an interrupted run had begun with. */
  readonly inDoubt: ReadonlySet<string>
}

export async function changeBatch(
  store: Store,
  { verb, change, isNamed, inDoubt }: Change,
  batch: readonly PlannedTarget[],
): Promise<BulkRow[]> {
  const resolved = await resolveUnsure(
    store,
    verb,
    batch.filter(({ workflowId }) => inDoubt.has(workflowId)),
  )
  const toChange = batch.filter(({ workflowId }) => !resolved.has(workflowId))
  const results = toChange.length > 0 ? await change(toChange) : []
  const resultById = new Map(results.map((result) => [result.workflowId, result]))
  if (verb === 'cancel' && isNamed) {
    const moved = toChange.flatMap((target) => stillToCancel(target, resultById.get(target.workflowId)))
    const again = moved.length > 0 ? await change(moved) : []
    for (const result of again) resultById.set(result.workflowId, result)
  }
  return batch.map((target) => {
    const result = resolved.get(target.workflowId) ?? resultById.get(target.workflowId)
    return toResultRow(verb, target, result ?? { workflowId: target.workflowId, outcome: 'not-found' })
  })
}
