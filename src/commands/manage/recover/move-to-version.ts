import type { Context } from '../../../context.ts'
import { toSessionName } from '../../../core/dbos-names.ts'
import { liveVersionsOf } from '../../../core/diagnosis/eligible-executors.ts'
import type { RecoveredRow, UnclaimedVersion } from '../../../core/diagnosis/recovery.ts'
import type { Store } from '../../../core/store.ts'
import { command, type Phrase, phrase } from '../../../core/words/command-line.ts'
import type { WorkflowSummary } from '../../../core/workflow.ts'
import { counted } from '../../../render/text.ts'
import { formatAge } from '../../../render/time-text.ts'
import {
  chooseVersion,
  copyLine,
  describeEligible,
  eligibleAfterMove,
  type Found,
  mostAtOnce,
  namedIn,
  nobodyRuns,
  strandedLines,
} from './recover-from.ts'
import type { RecoverRequest } from './recover-request.ts'

/** Gives what is enqueued for a version that nobody runs to the version that is asked for. */
export async function moveFrom(
  context: Context,
  store: Store,
  { ids, flags, surroundings }: RecoverRequest,
  unclaimed: UnclaimedVersion,
  seenAt: Date,
): Promise<Found> {
  const { application, version, doubts } = unclaimed
  const toVersion = (await chooseVersion(store, application, flags.toVersion)) ?? version
  const workflows = await enqueuedFor(store, unclaimed, ids)
  const left = workflows.map(({ workflowId }) => workflowId)
  const toRows = (outcome: RecoveredRow['outcome'], reason: string, workflowIds: readonly string[] = left) =>
    workflowIds.map((workflowId) => ({ workflowId, outcome, executorId: null, version: toVersion, reason }))
  const explanation: Phrase[] = [evidenceLine(unclaimed, context.now())]
  if (left.length === 0) return { rows: [], explanation }
  if (doubts.length > 0) {
    explanation.push(`  but sessions that tell no version listen, and may run it: ${doubts.join(', ')}`)
    explanation.push(phrase`  hint: ${await copyLine(store, left[0] ?? '', toVersion)}`)
    return { rows: toRows('left-alone', 'an executor of unknown version may take it'), explanation }
  }
  const executors = (await store.executors()) ?? []
  const eligible = await eligibleAfterMove(store, executors, { application, version: toVersion })
  if (eligible.length === 0) {
    const recover = { operands: namedIn(ids, left) }
    const stranded = { application, version: toVersion, workflows, executors, recover }
    explanation.push(...(await strandedLines(store, surroundings, stranded)))
    return { rows: toRows('stranded', nobodyRuns(toVersion)), explanation }
  }
  const taker = describeEligible(eligible)
  if (flags.dryRun) return { rows: toRows('would-hand-over', taker), explanation }
  const moved = await store.moveToVersion({ application, version, seenAt, toVersion, workflowIds: left })
  const kept = left.filter((id) => !moved.includes(id))
  return {
    rows: [
      ...toRows('handed-over', taker, moved),
      ...toRows('left-alone', 'it moved on meanwhile, or somebody runs its version again', kept),
    ],
    explanation,
  }
}

/** Without `--to-version` they stay where they are: how many, and the command that moves them. */
export async function explainUnclaimed(
  store: Store,
  { ids }: RecoverRequest,
  unclaimed: readonly UnclaimedVersion[],
): Promise<Phrase[]> {
  const executors = unclaimed.length > 0 ? ((await store.executors()) ?? []) : []
  const lines: Phrase[] = []
  for (const one of unclaimed) {
    const [live] = liveVersionsOf(executors, one.application)
    const left = live === undefined ? [] : await enqueuedFor(store, one, ids)
    if (live === undefined || left.length === 0) continue
    const which = namedIn(
      ids,
      left.map(({ workflowId }) => workflowId),
    )
    lines.push(`Nobody runs version ${one.version}, for which ${countWaiting(left.length)}.`)
    lines.push(phrase`  hint: ${command('recover', which, { '--to-version': live })}`)
  }
  return lines
}

async function enqueuedFor(
  store: Store,
  { application, version }: UnclaimedVersion,
  ids: readonly string[] | undefined,
): Promise<WorkflowSummary[]> {
  const query = { status: ['ENQUEUED', 'DELAYED'], version, order: 'oldest', limit: mostAtOnce } as const
  const found = await store.list(query)
  return found.filter(
    (workflow) => workflow.application === application && (ids?.includes(workflow.workflowId) ?? true),
  )
}

function evidenceLine({ version, workflowCount, since }: UnclaimedVersion, now: Date): string {
  const age = since ? `, the oldest created ${formatAge(since, now)}` : ''
  return `Nobody runs version ${version}: no session is named ${toSessionName('…', version)}. For it ${countWaiting(workflowCount)}${age}.`
}

function countWaiting(count: number): string {
  return `${counted(count, 'workflow')} ${count === 1 ? 'waits' : 'wait'}`
}
