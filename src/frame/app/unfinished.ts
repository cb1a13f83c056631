import type { Context } from '../../context.ts'
import { internalQueue, isOwnExecutor } from '../../core/dbos-names.ts'
import { eligibleExecutors } from '../../core/diagnosis/eligible-executors.ts'
import type { Runtime } from '../../core/run/runtime.ts'
import { phrase } from '../../core/words/command-line.ts'
import { printNotice } from '../print-notice.ts'
import type { Launch } from './app.ts'
import { sameWorkerCommand } from './same-run.ts'

const enoughToTell = 100

/** Says on leaving which workflows of this application and version run nowhere now, and how they go on. Their ids. */
export async function noteUnfinished(
  context: Pick<Context, 'terminal' | 'env' | 'reloaded' | 'databaseFlags'>,
  launch: Launch,
  { application, version, executorId }: Runtime,
): Promise<readonly string[]> {
  const { store, app } = launch
  const active = await store.list({ application, status: ['PENDING', 'ENQUEUED'], limit: enoughToTell })
  const executors = await store.executors()
  if (!executors) return []
  const others = executors.filter((executor) => executor.executorId !== executorId)
  const isServed = eligibleExecutors(others, { application, version }).length > 0
  const names = new Set(app.workflows.map(({ name }) => name))
  const idle = active.filter(
    (workflow) =>
      workflow.version === version &&
      names.has(workflow.name) &&
      !(workflow.status === 'ENQUEUED'
        ? isServed
        : others.some((executor) => executor.executorId === workflow.executorId)),
  )
  const ids = idle.map(({ workflowId }) => workflowId)
  if (ids.length === 0) return []
  const queues = idle.flatMap(({ queue }) => (queue === null || queue === internalQueue ? [] : [queue]))
  const isBesideOthers = others.some(
    (executor) =>
      !isOwnExecutor(executor.executorId) &&
      (executor.application === application || executor.application === null),
  )
  const worker = sameWorkerCommand(context, launch, { queues, isJoining: isBesideOthers })
  printNotice(context, `Unfinished, and running nowhere now: ${ids.join(', ')}`)
  printNotice(context, phrase`To finish ${ids.length === 1 ? 'it' : 'them'}: ${worker}`)
  return ids
}
