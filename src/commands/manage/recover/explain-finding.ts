import type { Context } from '../../../context.ts'
import { toSessionName } from '../../../core/dbos-names.ts'
import { liveVersionsOf } from '../../../core/diagnosis/eligible-executors.ts'
import type { DeadExecutor, UnclaimedVersion } from '../../../core/diagnosis/recovery.ts'
import { listEnqueuedFor } from '../../../core/recover/move-unclaimed.ts'
import type { RecoverFinding } from '../../../core/recover/recover-finding.ts'
import type { Store } from '../../../core/store.ts'
import { asText, command, type Phrase, phrase, renderArguments } from '../../../core/words/command-line.ts'
import { counted } from '../../../render/text.ts'
import { formatAge } from '../../../render/time-text.ts'
import type { RoundRequest } from './recover-request.ts'
import { copyLine, namedIn, strandedLines } from './stranded-lines.ts'

/** The evidence, and what can be done where nothing was handed over. */
export async function explainFinding(
  context: Context,
  store: Store,
  { ids, surroundings }: RoundRequest,
  finding: RecoverFinding,
): Promise<readonly Phrase[]> {
  const { workflows, version, executors, obstacle } = finding
  const left = workflows.map(({ workflowId }) => workflowId)
  const { application, doubts } = finding.kind === 'executor' ? finding.executor : finding.unclaimed
  const evidence =
    finding.kind === 'executor'
      ? executorLine(finding.executor, context.now())
      : versionLine(finding.unclaimed, context.now())
  if (obstacle === 'doubts') {
    return [evidence, ...(await doubtLines(store, finding, doubts, left[0] ?? ''))]
  }
  if (obstacle === null) return [evidence]
  const gone = finding.kind === 'executor' && doubts.length > 0 ? finding.executor.executorId : undefined
  const recover = { operands: namedIn(ids, left), gone }
  const stranded = { application, version, workflows, executors, recover }
  return [evidence, ...(await strandedLines(store, surroundings, stranded))]
}

async function doubtLines(
  store: Store,
  finding: RecoverFinding,
  doubts: readonly string[],
  firstId: string,
): Promise<readonly Phrase[]> {
  if (finding.kind === 'executor') {
    const isGone = asText(renderArguments([], { '--gone': finding.executor.executorId }))
    return [
      `  but sessions of unknown owners are connected: ${doubts.join(', ')}`,
      phrase`  hint: if it is gone, say so with ${isGone}`,
    ]
  }
  return [
    `  but sessions that tell no version listen, and may run it: ${doubts.join(', ')}`,
    phrase`  hint: ${await copyLine(store, firstId, finding.version ?? '')}`,
  ]
}

/** Without `--to-version` they stay where they are: how many, and the command that moves them. */
export async function explainUnclaimed(
  store: Store,
  { ids }: Pick<RoundRequest, 'ids'>,
  unclaimed: readonly UnclaimedVersion[],
): Promise<Phrase[]> {
  const executors = unclaimed.length > 0 ? ((await store.executors()) ?? []) : []
  const lines: Phrase[] = []
  for (const one of unclaimed) {
    const [live] = liveVersionsOf(executors, one.application)
    const left = live === undefined ? [] : await listEnqueuedFor(store, one, ids)
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

function executorLine({ executorId, workflowCount, since, evidence }: DeadExecutor, now: Date): string {
  const age = since ? `, the oldest begun ${formatAge(since, now)}` : ''
  return `${executorId || '(an executor without a name)'} is gone: ${evidence.join(', ')}. It left ${counted(workflowCount, 'workflow')}${age}.`
}

function versionLine({ version, workflowCount, since }: UnclaimedVersion, now: Date): string {
  const age = since ? `, the oldest created ${formatAge(since, now)}` : ''
  return `Nobody runs version ${version}: no session is named ${toSessionName('…', version)}. For it ${countWaiting(workflowCount)}${age}.`
}

function countWaiting(count: number): string {
  return `${counted(count, 'workflow')} ${count === 1 ? 'waits' : 'wait'}`
}
