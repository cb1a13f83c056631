import { setTimeout as sleep } from 'node:timers/promises'
import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk'

DBOS.setConfig({ name: 'publisher' })

// Unique in the system database, which it may share with other applications: hence the prefix.
const queueName = 'publisher_example_tasks'

interface Receipt {
  readonly task: number
  readonly id: string
  /** The process that published it, and how many it had published by then. */
  readonly worker: string
  readonly countInMemory: number
}

interface Failure {
  readonly task: number
  readonly error: string
}

interface Counters {
  /** Receipts in the database: nothing that happens to a process changes what they count. */
  readonly durable: number
  readonly durableById: Readonly<Record<string, number>>
  /** What each process counted: one that takes over begins at 0. */
  readonly inMemory: Readonly<Record<string, number>>
}

export class Publisher extends ConfiguredInstance {
  private countInMemory = 0

  override async initialize(): Promise<void> {
    await DBOS.registerQueue(queueName, {
      workerConcurrency: 4,
      minPollingIntervalMs: 100,
      onConflict: 'always_update',
    })
  }

  /** Hands the tasks out, and goes on with the next one whatever became of one of them. */
  @DBOS.workflow()
  async process(tasks = 20, taskMs = 100) {
    const handles = []
    for (let task = 1; task <= tasks; task++) {
      const id = task % 2 === 1 ? 'workflow1' : 'workflow2'
      handles.push(await DBOS.startWorkflow(this, { queueName }).publish(task, id, taskMs))
    }
    const receipts: Receipt[] = []
    const failed: Failure[] = []
    for (const [index, handle] of handles.entries()) {
      try {
        receipts.push(await handle.getResult({ pollingIntervalMs: 100 }))
        await DBOS.setEvent('counters', count(receipts))
      } catch (error) {
        failed.push({ task: index + 1, error: error instanceof Error ? error.message : String(error) })
        await DBOS.setEvent('failed', failed)
      }
      await DBOS.setEvent('progress', { done: index + 1, total: tasks })
    }
    return { tasks, failed, ...count(receipts) }
  }

  @DBOS.workflow()
  async publish(task: number, id: string, taskMs: number): Promise<Receipt> {
    return await this.deliver(task, id, taskMs)
  }

  @DBOS.step()
  async deliver(task: number, id: string, taskMs: number): Promise<Receipt> {
    await sleep(taskMs)
    if (task % 7 === 0) throw new Error(`task ${task} has no address`)
    this.countInMemory += 1
    return { task, id, worker: DBOS.executorID, countInMemory: this.countInMemory }
  }
}

export const publisher = new Publisher('publisher1')

function count(receipts: readonly Receipt[]): Counters {
  const durableById: Record<string, number> = {}
  const inMemory: Record<string, number> = {}
  for (const { id, worker, countInMemory } of receipts) {
    durableById[id] = (durableById[id] ?? 0) + 1
    inMemory[worker] = Math.max(inMemory[worker] ?? 0, countInMemory)
  }
  return { durable: receipts.length, durableById, inMemory }
}
