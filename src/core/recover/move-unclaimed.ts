import type { UnclaimedVersion } from '../diagnosis/recovery.ts'
import type { WorkflowSummary } from '../workflow.ts'
import {
  mostAtOnce,
  type RecoverFinding,
  type RecoverRequest,
  type RecoverStore,
  type ToRows,
} from './recover-finding.ts'
import { chooseNewVersion, describeEligible, eligibleAfterMove, nobodyRuns } from './takers.ts'

/** Gives what is enqueued for a version that nobody runs to the version that is asked for. */
export async function moveUnclaimed(
  store: RecoverStore,
  { workflowIds: ids, toVersion: wantedVersion, dryRun }: RecoverRequest,
  unclaimed: UnclaimedVersion,
  seenAt: Date,
): Promise<RecoverFinding> {
  const { application, version, doubts } = unclaimed
  const toVersion = (await chooseNewVersion(store, application, wantedVersion)) ?? version
  const workflows = await listEnqueuedFor(store, unclaimed, ids)
  const left = workflows.map(({ workflowId }) => workflowId)
  const toRows: ToRows = (outcome, reason, workflowIds = left) =>
    workflowIds.map((workflowId) => ({ workflowId, outcome, executorId: null, version: toVersion, reason }))
  const found = { kind: 'version', unclaimed, workflows, version: toVersion, obstacle: null } as const
  if (left.length === 0) return { ...found, rows: [], executors: [] }
  if (doubts.length > 0) {
    const rows = toRows('left-alone', 'an executor of unknown version may take it')
    return { ...found, rows, obstacle: 'doubts', executors: [] }
  }
  const executors = (await store.executors()) ?? []
  const eligible = await eligibleAfterMove(store, executors, { application, version: toVersion })
  if (eligible.length === 0) {
    return { ...found, rows: toRows('stranded', nobodyRuns(toVersion)), obstacle: 'stranded', executors }
  }
  const taker = describeEligible(eligible)
  if (dryRun) return { ...found, rows: toRows('would-hand-over', taker), executors }
  const moved = await store.moveToVersion({ application, version, seenAt, toVersion, workflowIds: left })
  const kept = left.filter((id) => !moved.includes(id))
  return {
    ...found,
    executors,
    rows: [
      ...toRows('handed-over', taker, moved),
      ...toRows('left-alone', 'it moved on meanwhile, or somebody runs its version again', kept),
    ],
  }
}

/** What is ENQUEUED or DELAYED for it, the oldest first. */
export async function listEnqueuedFor(
  store: Pick<RecoverStore, 'list'>,
  { application, version }: UnclaimedVersion,
  ids: readonly string[] | undefined,
): Promise<WorkflowSummary[]> {
  const query = { status: ['ENQUEUED', 'DELAYED'], version, order: 'oldest', limit: mostAtOnce } as const
  const found = await store.list(query)
  return found.filter(
    (workflow) => workflow.application === application && (ids?.includes(workflow.workflowId) ?? true),
  )
}
