import { setTimeout as sleep } from 'node:timers/promises'
import { costOf } from '../cost.js'
import { spawnProcess } from '../processes.js'
import { exact, round } from '../report.js'

const seconds = 10
const settleMs = 3000
/** drover looks less often once nothing has happened for so long. */
const firstMinuteMs = 62_000

/** What one who waits costs the database while nothing happens: drover, and the SDK's client as it is and at 50 ms. */
export async function polling(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  const worker = await world.startWorker()
  await world.start('ends', 'polled', 0)
  await world.start('streams', 'polled-stream', 1, 0)
  await sleep(settleMs)
  const without = await costOf(world, [worker.child.pid], seconds)
  const often = world.pollingEvery(50)
  const watchers = {
    'drover wait': [world.drover('wait', 'polled'), world.env],
    'SDK getResult': [world.sdk('get-result.js', 'polled'), world.env],
    'SDK getResult at 50 ms': [world.sdk('get-result.js', 'polled'), often],
    'drover stream --follow': [world.drover('stream', 'polled-stream', 'values', '--follow'), world.env],
    'SDK readStream': [world.sdk('read-stream.js', 'polled-stream', 'values'), world.env],
    'SDK readStream at 50 ms': [world.sdk('read-stream.js', 'polled-stream', 'values'), often],
  }
  const found = new Map()
  for (const [name, [command, env]] of Object.entries(watchers)) {
    const watching = spawnProcess(command, env)
    await sleep(settleMs)
    const measure = async () => {
      const cost = await costOf(world, [watching.child.pid], seconds)
      return Math.max(cost.transactionsPerSecond - without.transactionsPerSecond, 0)
    }
    if (name.startsWith('drover')) {
      found.set(`${name}, in its first minute`, await measure())
      await sleep(firstMinuteMs)
    }
    found.set(name, await measure())
    watching.succeeded.catch(() => {})
    watching.kill('SIGKILL')
    await watching.ended
  }
  const isBelow = (drover, sdk) => found.get(drover) < found.get(sdk)
  return {
    title: `what one who waits asks of the database, over ${seconds} s in which nothing happens`,
    notes: [...found].map(([name, transactions]) => `${name}: ${round(transactions)} transactions/s`),
    goals: [
      ['wait asks less than the SDK at 50 ms', isBelow('drover wait', 'SDK getResult at 50 ms'), exact],
      [
        'stream asks less than the SDK at 50 ms',
        isBelow('drover stream --follow', 'SDK readStream at 50 ms'),
        exact,
      ],
    ],
  }
}
