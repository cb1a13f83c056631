// Twenty tasks over a queue, handed out to two configured publishers by name. Some fail; their errors are collected. One
// kind of task kills its worker each time, and ends dead instead of going round for ever:
//   drover run publishAll 20 --app examples/patterns/publisher.js
//   drover start publish 0 --class Publisher --instance publisher1 --application publishers --id poison
//   drover worker --app examples/patterns/publisher.js      (three times: it kills two of them)
//   drover explain poison
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk'

DBOS.setConfig({ name: 'publishers' })
const queueName = 'publishers_pattern_tasks'

class Publisher extends ConfiguredInstance {
  /** Starts at 0 again with every process; what is durable is counted from the results. */
  countInProcess = 0

  async initialize() {
    await DBOS.registerQueue(queueName, {
      workerConcurrency: 4,
      minPollingIntervalMs: 100,
      onConflict: 'always_update',
    })
  }

  async publish(task) {
    return await DBOS.runStep(
      async () => {
        if (task === 0) process.kill(process.pid, 'SIGKILL')
        await sleep(20)
        if (task % 7 === 0) throw new Error(`task ${task} has no address`)
        this.countInProcess += 1
        return { task, publisher: this.name, countInProcess: this.countInProcess }
      },
      { name: 'publish' },
    )
  }
}

DBOS.registerWorkflow(Publisher.prototype.publish, {
  ctorOrProto: Publisher.prototype,
  className: 'Publisher',
  name: 'publish',
  maxRecoveryAttempts: 1,
})
const publishers = [new Publisher('publisher1'), new Publisher('publisher2')]

async function publishAll(tasks = 20) {
  const handles = []
  for (let task = 1; task <= tasks; task++) {
    const publisher = publishers[task % publishers.length]
    handles.push(await DBOS.startWorkflow(publisher, { queueName }).publish(task))
  }
  const published = {}
  const errors = []
  for (const [index, handle] of handles.entries()) {
    try {
      const { publisher } = await handle.getResult({ pollingIntervalMs: 50 })
      published[publisher] = (published[publisher] ?? 0) + 1
    } catch (error) {
      errors.push({ task: index + 1, error: error.message })
      await DBOS.setEvent('errors', errors)
    }
    await DBOS.setEvent('progress', { done: index + 1, total: tasks })
  }
  return { tasks, published, errors }
}

DBOS.registerWorkflow(publishAll, { name: 'publishAll' })
