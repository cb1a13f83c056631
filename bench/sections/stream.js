import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../processes.js'
import { exact, median, percentile } from '../report.js'

const values = 400
const gapMs = 20
/** For the readers to take their places. */
const settleMs = 1500

/** From the call that writes a value to the line on stdout, all readers on the same stream. */
export async function stream(world) {
  await world.start('streams', 'stream', values, gapMs)
  const rows = {
    'drover stream --follow': [],
    'SDK client.readStream': [],
    'SDK client.readStream at 50 ms': [],
  }
  const readers = [
    spawnProcess(world.drover('stream', 'stream', 'values', '--follow', '-o', 'jsonl'), world.env),
    spawnProcess(world.sdk('read-stream.js', 'stream', 'values'), world.env),
    spawnProcess(world.sdk('read-stream.js', 'stream', 'values'), world.pollingEvery(50)),
  ]
  readers[0].onLine((line, at) => rows['drover stream --follow'].push(at - JSON.parse(line).value.at))
  readers[1].onLine((line, at) => rows['SDK client.readStream'].push(at - JSON.parse(line).at))
  readers[2].onLine((line, at) => rows['SDK client.readStream at 50 ms'].push(at - JSON.parse(line).at))
  await sleep(settleMs)
  await world.client.send('stream', 1, 'go')
  await Promise.all(readers.map(({ succeeded }) => succeeded))
  const [drover, , sdk] = Object.values(rows)
  return {
    title: `write to line, a value every ${gapMs} ms`,
    rows,
    goals: [
      [`p50 ≤ 15 ms, p95 ≤ 40 ms`, median(drover) <= 15 && percentile(drover, 0.95) <= 40],
      ['below the SDK at 50 ms', median(drover) < median(sdk)],
      ['every value once', drover.length === values, exact],
    ],
  }
}
