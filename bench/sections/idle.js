import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { costOf } from '../cost.js'
import { spawnProcess } from '../processes.js'
import { round } from '../report.js'

const seconds = 20
/** Until both are as they stay. */
const settleMs = 13_000

/** What a drover worker costs that has nothing to do, and a plain DBOS script with the same workflows and queues. */
export async function idle(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  const worker = await world.startWorker()
  await sleep(settleMs)
  const drover = await costOf(world, [worker.child.pid], seconds)
  const plain = spawnProcess(
    [process.execPath, path.join(import.meta.dirname, '../plain-worker.js')],
    world.env,
  )
  await once(createInterface({ input: plain.child.stdout }), 'line')
  await sleep(settleMs)
  const both = await costOf(world, [plain.child.pid], seconds)
  plain.succeeded.catch(() => {})
  plain.kill('SIGKILL')
  await plain.ended
  const script = {
    clientPercent: both.clientPercent,
    serverPercent: both.serverPercent - drover.serverPercent,
    transactionsPerSecond: both.transactionsPerSecond - drover.transactionsPerSecond,
  }
  const describe = (name, cost) =>
    `${name}: ${round(cost.clientPercent)} % of a processor, server ${round(cost.serverPercent)} %, ${round(cost.transactionsPerSecond)} transactions/s`
  const ratio = drover.transactionsPerSecond / script.transactionsPerSecond
  return {
    title: `a worker that has nothing to do, over ${seconds} s`,
    notes: [describe('drover worker', drover), describe('plain DBOS script', script)],
    goals: [[`≤ 1.1 × the transactions of the script (${round(ratio)})`, ratio <= 1.1]],
  }
}
