import type { Context } from '../../../context.ts'
import { internalQueue } from '../../../core/dbos-names.ts'
import { eligibleExecutors, liveVersionsOf, type Wanted } from '../../../core/diagnosis/eligible-executors.ts'
import type { DeadExecutor, RecoveredRow } from '../../../core/diagnosis/recovery.ts'
import type { LiveExecutor } from '../../../core/diagnosis/situation.ts'
import { latestVersionOf } from '../../../core/platform.ts'
import type { Store } from '../../../core/store.ts'
import { asText, command, type Phrase, phrase, renderArguments } from '../../../core/words/command-line.ts'
import type { WorkflowSummary } from '../../../core/workflow.ts'
import { type Surroundings, workerCommand } from '../../../render/explain/fixes.ts'
import { counted } from '../../../render/text.ts'
import { formatAge } from '../../../render/time-text.ts'
import type { RecoverRequest } from './recover-request.ts'

/** What became of some workflows, and what was seen of who had them. */
export interface Found {
  readonly rows: readonly RecoveredRow[]
  readonly explanation: readonly Phrase[]
}

/** Hands what an executor left, of all that is `pending`, to living ones of its version, or of the one that is asked for. */
export async function recoverFrom(
  context: Context,
  store: Store,
  { ids, flags, surroundings }: RecoverRequest,
  executor: DeadExecutor,
  pending: readonly WorkflowSummary[],
  seenAt: Date,
): Promise<Found> {
  const { executorId, application, version, doubts } = executor
  const toVersion = await chooseVersion(store, application, flags.toVersion)
  const executors = (await store.executors()) ?? []
  const target = toVersion ?? version
  const wanted = { application, version: target }
  const eligible =
    toVersion === undefined
      ? eligibleExecutors(executors, wanted)
      : await eligibleAfterMove(store, executors, wanted)
  const explanation: Phrase[] = [evidenceLine(executor, context.now())]
  const isKnownGone = doubts.length === 0 || (flags.gone?.includes(executorId) ?? false)
  const workflows = ofExecutor(pending, executor, ids)
  const left = workflows.map(({ workflowId }) => workflowId)
  const toRows = (outcome: RecoveredRow['outcome'], reason: string, workflowIds: readonly string[] = left) =>
    workflowIds.map((workflowId) => ({ workflowId, outcome, executorId, version: target, reason }))

  if (!isKnownGone) {
    explanation.push(`  but sessions of unknown owners are connected: ${doubts.join(', ')}`)
    explanation.push(
      phrase`  hint: if it is gone, say so with ${asText(renderArguments([], { '--gone': executorId }))}`,
    )
    return {
      rows: toRows('left-alone', 'its executor may be one of the sessions of unknown owners'),
      explanation,
    }
  }
  if (eligible.length === 0) {
    const recover = {
      operands: namedIn(ids, left),
      gone: doubts.length > 0 ? executorId : undefined,
    }
    const stranded = { application, version: target, workflows, executors, recover }
    explanation.push(...(await strandedLines(store, surroundings, stranded)))
    return { rows: toRows('stranded', nobodyRuns(target)), explanation }
  }
  const taker = describeEligible(eligible)
  if (flags.dryRun) return { rows: toRows('would-hand-over', taker), explanation }
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
    rows: [
      ...toRows('handed-over', taker, handedOver),
      ...toRows('left-alone', 'it moved on meanwhile, or its executor came back', kept),
    ],
    explanation,
  }
}

export const mostAtOnce = 100_000

/** What any of these executors left, the oldest first: one look for all of them. */
export async function listLeftBy(
  store: Store,
  executors: readonly DeadExecutor[],
): Promise<readonly WorkflowSummary[]> {
  if (executors.length === 0) return []
  const executorId = [...new Set(executors.map((executor) => executor.executorId))]
  return store.list({ status: ['PENDING'], executorId, order: 'oldest', limit: mostAtOnce })
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

/** What `latest` means for this application; undefined where none is asked for, or registered. */
export async function chooseVersion(
  store: Store,
  application: string | null,
  toVersion: string | undefined,
): Promise<string | undefined> {
  return toVersion === 'latest' ? latestVersionOf(await store.versions(), application) : toVersion
}

/**
 * Who can go on with what is moved to another version. Of executors that do not tell their application it is only believed
 * where this one has registered the version: another one may call its own code the same.
 */
export async function eligibleAfterMove(
  store: Store,
  executors: readonly LiveExecutor[],
  wanted: Wanted,
): Promise<readonly LiveExecutor[]> {
  const { application, version } = wanted
  const eligible = eligibleExecutors(executors, wanted)
  const isTold = application === null || eligible.some((executor) => executor.application === application)
  if (eligible.length === 0 || isTold) return eligible
  const isOwn = (await store.versions()).some(
    (registered) => registered.application === application && registered.version === version,
  )
  return isOwn ? eligible : []
}

export function describeEligible(eligible: readonly LiveExecutor[]): string {
  return `${eligible.length === 1 ? eligible[0]?.executorId : `${eligible.length} workers`} can take them`
}

export function nobodyRuns(version: string | null): string {
  return `no living worker runs version ${version ?? '(none)'}`
}

function evidenceLine({ executorId, workflowCount, since, evidence }: DeadExecutor, now: Date): string {
  const age = since ? `, the oldest begun ${formatAge(since, now)}` : ''
  return `${executorId || '(an executor without a name)'} is gone: ${evidence.join(', ')}. It left ${counted(workflowCount, 'workflow')}${age}.`
}

/** More make no command that anybody reads. */
const mostNamed = 20

/** Where ids were typed: the same, for a command that shall do no more than this one. */
export function namedIn(ids: readonly string[] | undefined, left: readonly string[]): readonly string[] {
  return ids === undefined ? [] : left.slice(0, mostNamed)
}

interface Stranded {
  readonly application: string | null
  /** That nobody runs. */
  readonly version: string | null
  readonly workflows: readonly WorkflowSummary[]
  readonly executors: readonly LiveExecutor[]
  /** What finds the same workflows again. */
  readonly recover: { readonly operands: readonly string[]; readonly gone?: string }
}

/** Nobody runs their version: what can be done instead, each as it is typed. */
export async function strandedLines(
  store: Store,
  surroundings: Surroundings,
  { application, version, workflows, executors, recover }: Stranded,
): Promise<Phrase[]> {
  const recoverAs = (toVersion?: string) =>
    command('recover', recover.operands, { '--gone': recover.gone, '--to-version': toVersion })
  const queues = new Set(
    workflows.flatMap(({ queue }) => (queue === null || queue === internalQueue ? [] : [queue])),
  )
  const place = { application, version, queue: queues.size > 0 ? [...queues].join(',') : null }
  const start = workerCommand({ workflow: place, executors }, surroundings)
  const worker = phrase`${start}   # a worker of that version; then ${recoverAs()}`
  const live = liveVersionsOf(executors, application)
  const [newVersion] = live
  if (newVersion === undefined) {
    const isUntold = eligibleExecutors(executors, { application, version: null }).length > 0
    return [
      isUntold
        ? '  the workers that live do not tell that they are of its application; one that starts can take them'
        : '  no worker of its application lives; one that starts can take them',
      phrase`  hint: ${worker}`,
    ]
  }
  const [first] = workflows
  const copies = first && (await copyLine(store, first.workflowId, newVersion))
  return [
    `  ${nobodyRuns(version)}; living: ${live.join(', ')}`,
    phrase`  hint: ${worker}`,
    phrase`  or let the new code go on with them: ${recoverAs(newVersion)}`,
    ...(copies === undefined ? [] : [phrase`  or run them again as copies, one by one: ${copies}`]),
  ]
}

/** Where nothing is recorded there is no last step. */
export async function copyLine(store: Store, workflowId: string, version: string): Promise<Phrase> {
  const from = (await store.stepBounds([workflowId])).length > 0 ? 'last' : '0'
  const fork = command('fork', [workflowId], { '--from': from, '--to-version': version })
  return phrase`${command('cancel', [workflowId])} && ${fork}`
}
