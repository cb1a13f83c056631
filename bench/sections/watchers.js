import { setTimeout as sleep } from 'node:timers/promises'
import { costOf } from '../cost.js'
import { spawnProcess } from '../processes.js'
import { exact, round } from '../report.js'

const count = 100
const seconds = 20
const patienceMs = 120_000

/** What watching many workflows costs the database while they wait. */
export async function watchers(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  const worker = await world.startWorker()
  const ids = Array.from({ length: count }, (_, index) => `watched-${index}`)
  for (const id of ids) await world.start('ends', id, 0)
  await sleep(3000)
  const without = await costOf(world, [worker.child.pid], seconds)
  const connectionsBefore = await countConnections(world)
  const watching = ids.map((id) => spawnProcess(world.drover('watch', id, '-o', 'jsonl'), world.env))
  const seen = watching.map(({ onLine }) => new Promise((resolve) => onLine(resolve)))
  const failed = Promise.all(watching.map(({ succeeded }) => succeeded))
  await Promise.race([Promise.all(seen), failed, sleep(patienceMs, undefined, { ref: false })])
  // They look less often once nothing has happened for a while.
  await sleep(12_000)
  const cost = await costOf(
    world,
    watching.map(({ child }) => child.pid),
    seconds,
  )
  const connections = (await countConnections(world)) - connectionsBefore
  for (const id of ids) await world.client.send(id, 1, 'go')
  await failed
  return {
    title: `${count} drover watch on ${count} workflows that wait, over ${seconds} s`,
    notes: [
      `${connections} connections, ${round(cost.transactionsPerSecond - without.transactionsPerSecond)} transactions/s`,
      `server ${round(cost.serverPercent - without.serverPercent)} % of a processor, all watchers together ${round(cost.clientPercent)} %`,
    ],
    goals: [['at most two connections each', connections <= 2 * count, exact]],
  }
}

async function countConnections({ database }) {
  const { rows } = await database.query(
    `select count(*)::int as connections from pg_stat_activity where application_name = 'drover'`,
  )
  return rows[0].connections
}
