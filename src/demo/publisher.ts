import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk'
import { sleep } from '../core/words/long-timer.ts'
import { isHeld, never } from './hold-tasks.ts'

/** Queue names are unique in a system database, which other applications share: hence the prefix. */
export const publisherQueue = 'drover_demo_tasks'

export interface Published {
  readonly task: number
  readonly id: string
  /** Which process published it. */
  readonly executorId: string
  /** How many this process had published by then: starts at 0 again after a crash, unlike the results. */
  readonly countInProcess: number
}

class Publisher extends ConfiguredInstance {
  private countInProcess = 0

  /** Before anything is polled, so that the first tasks do not wait for the queue to be discovered. */
  override async initialize(): Promise<void> {
    await DBOS.registerQueue(publisherQueue, {
      workerConcurrency: 4,
      minPollingIntervalMs: 100,
      onConflict: 'always_update',
    })
  }

  async publish(task: number, id: string, taskMs: number): Promise<Published> {
    return await DBOS.runStep(
      async () => {
        if (isHeld(task)) await never
        await sleep(taskMs)
        this.countInProcess++
        return { task, id, executorId: DBOS.executorID, countInProcess: this.countInProcess }
      },
      { name: 'publish' },
    )
  }
}

DBOS.registerWorkflow(Publisher.prototype.publish, {
  ctorOrProto: Publisher.prototype,
  className: 'Publisher',
  name: 'publish',
})
export const publisher = new Publisher('publisher1')
