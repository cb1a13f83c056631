import { setTimeout as sleep } from 'node:timers/promises'
import { costOf } from '../cost.js'
import { round } from '../report.js'

const seconds = 20
const settleMs = 3000

/** What a drover worker costs that has nothing to do. */
export async function idle(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  const worker = await world.startWorker()
  await sleep(settleMs)
  const cost = await costOf(world, [worker.child.pid], seconds)
  return {
    title: `a worker that has nothing to do, over ${seconds} s`,
    notes: [
      `worker ${round(cost.clientPercent)} % of a processor, server ${round(cost.serverPercent)} %, ${round(cost.transactionsPerSecond)} transactions/s`,
    ],
  }
}
