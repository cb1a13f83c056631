import type { Context } from '../../context.ts'
import { eligibleExecutors, liveVersionsOf } from '../../core/diagnosis/eligible-executors.ts'
import type { WorkflowState } from '../../core/manage/manage.ts'
import type { Store } from '../../core/store.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { type Surroundings, workerCommand } from '../../render/explain/fixes.ts'

/** A workflow that is about to be enqueued again. */
interface Enqueued extends Pick<WorkflowState, 'application' | 'version'> {
  /** Undefined for the queue that every executor polls. */
  readonly queue: string | undefined
  /** Named in the hint, where there is one only. */
  readonly workflowId: string | undefined
}

/** Says of each version once that nobody runs it: what is enqueued for it stays enqueued, as `start` says too. */
export function createVersionNotice(
  context: Context,
  store: Store,
  surroundings: Surroundings,
): (enqueued: Enqueued) => Promise<void> {
  const warned = new Set<string>()
  let executors: ReturnType<Store['executors']> | undefined
  return async ({ application, version, queue = null, workflowId }) => {
    const key = JSON.stringify([application, version])
    if (version === null || warned.has(key)) return
    warned.add(key)
    executors ??= store.executors()
    const live = await executors
    if (live === undefined || eligibleExecutors(live, { application, version }).length > 0) return
    const worker = workerCommand({ workflow: { application, version, queue }, executors: live }, surroundings)
    const versions = liveVersionsOf(live, application)
    const [newVersion] = versions
    if (newVersion === undefined) {
      printNotice(context, `warning: No worker of ${application ?? 'any application'} is live.`)
      printNotice(context, phrase`hint: ${worker}   # it stays enqueued until one starts`)
      return
    }
    const recover = command('recover', workflowId === undefined ? [] : [workflowId], {
      '--to-version': newVersion,
    })
    printNotice(
      context,
      `warning: No live worker runs version ${version}; they run ${versions.join(' and ')}.`,
    )
    printNotice(context, phrase`hint: ${recover}   # when it is enqueued; or ${worker}`)
  }
}
