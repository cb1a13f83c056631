import { internalQueue } from '../../../core/dbos-names.ts'
import { eligibleExecutors, liveVersionsOf } from '../../../core/diagnosis/eligible-executors.ts'
import type { LiveExecutor } from '../../../core/diagnosis/situation.ts'
import { nobodyRuns } from '../../../core/recover/takers.ts'
import type { Store } from '../../../core/store.ts'
import { command, type Phrase, phrase } from '../../../core/words/command-line.ts'
import type { WorkflowSummary } from '../../../core/workflow.ts'
import { type Surroundings, workerCommand } from '../../../render/explain/fixes.ts'

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
