import { eligibleExecutors } from '../diagnosis/eligible-executors.ts'
import type { DeadExecutor } from '../diagnosis/recovery.ts'
import type { WorkflowSummary } from '../workflow.ts'
import {
  mostAtOnce,
  type RecoverFinding,
  type RecoverRequest,
  type RecoverStore,
  type ToRows,
} from './recover-finding.ts'
import { chooseNewVersion, describeEligible, eligibleAfterMove, nobodyRuns } from './takers.ts'

/** What any of these executors left, the oldest first: one look for all of them. */
export async function listLeftBy(
  store: Pick<RecoverStore, 'list'>,
  executors: readonly DeadExecutor[],
): Promise<readonly WorkflowSummary[]> {
  if (executors.length === 0) return []
  const executorId = [...new Set(executors.map((executor) => executor.executorId))]
  return store.list({ status: ['PENDING'], executorId, order: 'oldest', limit: mostAtOnce })
}

/** Hands what an executor left, of all that is `pending`, to living ones of its version, or of the one that is asked for. */
export async function handOverLeft(
  store: RecoverStore,
  { workflowIds: ids, gone, toVersion: wantedVersion, dryRun }: RecoverRequest,
  executor: DeadExecutor,
  pending: readonly WorkflowSummary[],
  seenAt: Date,
): Promise<RecoverFinding> {
  const { executorId, application, version, doubts } = executor
  const toVersion = await chooseNewVersion(store, application, wantedVersion)
  const executors = (await store.executors()) ?? []
  const target = toVersion ?? version
  const wanted = { application, version: target }
  const eligible =
    toVersion === undefined
      ? eligibleExecutors(executors, wanted)
      : await eligibleAfterMove(store, executors, wanted)
  const workflows = ofExecutor(pending, executor, ids)
  const left = workflows.map(({ workflowId }) => workflowId)
  const toRows: ToRows = (outcome, reason, workflowIds = left) =>
    workflowIds.map((workflowId) => ({ workflowId, outcome, executorId, version: target, reason }))
  const found = { kind: 'executor', executor, workflows, version: target, executors, obstacle: null } as const

  const isKnownGone = doubts.length === 0 || (gone?.includes(executorId) ?? false)
  if (!isKnownGone) {
    const rows = toRows('left-alone', 'its executor may be one of the sessions of unknown owners')
    return { ...found, rows, obstacle: 'doubts' }
  }
  if (eligible.length === 0) {
    return { ...found, rows: toRows('stranded', nobodyRuns(target)), obstacle: 'stranded' }
  }
  const taker = describeEligible(eligible)
  if (dryRun) return { ...found, rows: toRows('would-hand-over', taker) }
  const handedOver = await store.handOver({
    executorId,
    application,
    version,
    seenAt,
    toVersion,
    workflowIds: left,
  })
  const kept = left.filter((id) => !handedOver.includes(id))
  return {
    ...found,
    rows: [
      ...toRows('handed-over', taker, handedOver),
      ...toRows('left-alone', 'it moved on meanwhile, or its executor came back', kept),
    ],
  }
}

function ofExecutor(
  pending: readonly WorkflowSummary[],
  { executorId, application, version }: DeadExecutor,
  ids: readonly string[] | undefined,
): WorkflowSummary[] {
  return pending.filter(
    (workflow) =>
      workflow.executorId === executorId &&
      workflow.application === application &&
      workflow.version === version &&
      (ids?.includes(workflow.workflowId) ?? true),
  )
}
