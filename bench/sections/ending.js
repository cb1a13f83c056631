import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../processes.js'
import { median } from '../report.js'

const rounds = 15
const settleMs = 700

/** From the last line of a workflow to the end of the process that waits for it. */
export async function ending(world) {
  const rows = { 'drover wait': [], 'SDK getResult': [], 'SDK getResult at 50 ms': [] }
  for (let round = 0; round < rounds; round++) {
    const id = `ending-${round}`
    await world.start('ends', id, Math.random() * 1000)
    const waiting = [
      spawnProcess(world.drover('wait', id), world.env),
      spawnProcess(world.sdk('get-result.js', id), world.env),
      spawnProcess(world.sdk('get-result.js', id), world.pollingEvery(50)),
    ]
    const results = waiting.map(
      ({ onLine }) => new Promise((resolve) => onLine((line) => resolve(Number(line)))),
    )
    await sleep(settleMs)
    await world.client.send(id, 1, 'go')
    const endings = await Promise.all(waiting.map(({ succeeded }) => succeeded))
    const [endedAt] = await Promise.all(results)
    for (const [index, samples] of Object.values(rows).entries()) samples.push(endings[index] - endedAt)
  }
  return {
    title: 'end of a workflow to the end of who waits for it',
    rows,
    goals: [['p50 ≤ 60 ms', median(rows['drover wait']) <= 60]],
  }
}
