// The workflows that are measured. Each writes down when it did what others then see.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { now } from './processes.js'

DBOS.setConfig({ name: 'drover-bench' })

/** Waits for somebody to say go, so that readers can take their places first. */
const go = () => DBOS.recv('go', { timeoutSeconds: 600 })

DBOS.registerWorkflow(
  async (count, gapMs) => {
    await go()
    for (let index = 0; index < count; index++) {
      await sleep(gapMs * (0.5 + Math.random()))
      await DBOS.writeStream('values', { index, at: now() })
    }
    await DBOS.closeStream('values')
  },
  { name: 'streams' },
)

DBOS.registerWorkflow(
  async (count, gapMs) => {
    await go()
    for (let index = 0; index < count; index++) {
      await sleep(gapMs * (0.5 + Math.random()))
      await DBOS.setEvent('progress', { index, at: now() })
      await DBOS.setEvent(`only-${index}`, { at: now() })
    }
  },
  { name: 'publishes' },
)

DBOS.registerWorkflow(
  async (ms) => {
    await go()
    await sleep(ms)
    return now()
  },
  { name: 'ends' },
)

DBOS.registerWorkflow(
  async (stopFile) => {
    const steps = []
    while (!existsSync(stopFile)) {
      const beganMs = performance.now()
      await DBOS.runStep(async () => 'done', { name: 'busy' })
      steps.push([now(), performance.now() - beganMs])
      await sleep(10 * (0.5 + Math.random()))
    }
    return steps
  },
  { name: 'busy' },
)

for (const name of ['steps', 'steps-polled']) {
  DBOS.registerWorkflow(() => DBOS.runStep(async () => now(), { name: 'first' }), { name })
}

/** As many as it is told of one kind, one after the other; returns how many milliseconds they took. */
const kinds = {
  steps: () => DBOS.runStep(async () => 'done', { name: 'one' }),
  events: (index) => DBOS.setEvent('progress', { index }),
  'stream values': (index) => DBOS.writeStream('values', { index }),
}

DBOS.registerWorkflow(
  async (kind, count) => {
    const beganMs = performance.now()
    for (let index = 0; index < count; index++) await kinds[kind](index)
    return performance.now() - beganMs
  },
  { name: 'many' },
)

DBOS.registerWorkflow(async () => 'done', { name: 'nothing' })
