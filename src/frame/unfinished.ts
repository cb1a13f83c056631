import type { Context } from '../context.ts'
import { eligibleExecutors } from '../core/eligible-executors.ts'
import type { App, Runtime } from '../core/runtime.ts'
import type { Store } from '../core/store.ts'
import { tell } from './tell.ts'

const enoughToTell = 100

/** Says on leaving which workflows of this application and version run nowhere now, and how they go on. Their ids. */
export async function noteUnfinished(
  { terminal }: Pick<Context, 'terminal'>,
  store: Store,
  { application, version, executorId }: Runtime,
  app: App,
): Promise<readonly string[]> {
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
  tell({ terminal }, `Unfinished, and running nowhere now: ${ids.join(', ')}`)
  tell({ terminal }, `To finish ${ids.length === 1 ? 'it' : 'them'}: drover worker --app ${app.specifier}`)
  return ids
}
