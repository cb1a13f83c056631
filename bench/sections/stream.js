import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../processes.js'
import { median, percentile } from '../report.js'

const values = 400
const gapMs = 20
/** For the readers to take their places. */
const settleMs = 1500

/** From the call that writes a value to the line on stdout, both readers on the same stream. */
export async function stream(world) {
  await world.start('streams', 'stream', values, gapMs)
  const rows = { 'drover stream --follow': [], 'SDK client.readStream': [] }
  const readers = [
    spawnProcess(world.drover('stream', 'stream', 'values', '--follow', '-o', 'jsonl'), world.env),
    spawnProcess(world.sdk('read-stream.js', 'stream', 'values'), world.env),
  ]
  readers[0].onLine((line, at) => rows['drover stream --follow'].push(at - JSON.parse(line).value.at))
  readers[1].onLine((line, at) => rows['SDK client.readStream'].push(at - JSON.parse(line).at))
  await sleep(settleMs)
  await world.client.send('stream', 1, 'go')
  await Promise.all(readers.map(({ succeeded }) => succeeded))
  const [drover, sdk] = Object.values(rows)
  return {
    title: `write to line, a value every ${gapMs} ms`,
    rows,
    goals: [
      [`p50 ≤ 15 ms, p95 ≤ 40 ms`, median(drover) <= 15 && percentile(drover, 0.95) <= 40],
      ['≥ 30 times below the SDK', median(sdk) / median(drover) >= 30],
      ['every value once', drover.length === values],
    ],
  }
}
