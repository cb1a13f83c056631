import { DBOS } from '@dbos-inc/dbos-sdk'
import { requireDuration, requirePositiveInteger } from './check-arguments.ts'
import { type Published, publisher, publisherQueue } from './publisher.ts'

export const publishWorkflow = DBOS.registerWorkflow(publishAll, { name: 'publishWorkflow' })

interface PublishResult {
  readonly tasks: number
  readonly published: number
  readonly failed: readonly { readonly task: number; readonly error: string }[]
  readonly publishedById: Readonly<Record<string, number>>
  /** More than one executor where a process died on the way and another took over. */
  readonly publishedByExecutor: Readonly<Record<string, number>>
}

/** Hands tasks out over a queue and collects what every one of them returned. */
async function publishAll(tasks = 20, taskMs = 100): Promise<PublishResult> {
  requirePositiveInteger('tasks', tasks)
  requireDuration('taskMs', taskMs)
  const handles = []
  for (let task = 1; task <= tasks; task++) {
    const id = task % 2 === 1 ? 'workflow1' : 'workflow2'
    handles.push(await DBOS.startWorkflow(publisher, { queueName: publisherQueue }).publish(task, id, taskMs))
  }
  const published: Published[] = []
  const failed: { task: number; error: string }[] = []
  for (const [index, handle] of handles.entries()) {
    try {
      published.push(await handle.getResult({ pollingIntervalMs: 100 }))
    } catch (error) {
      failed.push({ task: index + 1, error: error instanceof Error ? error.message : String(error) })
    }
    await DBOS.setEvent('progress', { done: index + 1, total: tasks })
  }
  return {
    tasks,
    published: published.length,
    failed,
    publishedById: countBy(published, ({ id }) => id),
    publishedByExecutor: countBy(published, ({ executorId }) => executorId),
  }
}

function countBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[keyOf(value)] = (counts[keyOf(value)] ?? 0) + 1
  return counts
}
