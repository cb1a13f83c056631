import { setTimeout as sleep } from 'node:timers/promises'
import { now, peakMegabytes, spawnProcess } from '../processes.js'
import { exact, round } from '../report.js'
import { fillStream } from '../streams.js'

const counts = [100_000, 1_000_000]
const bytesPerSecond = 20_000_000
const pauseMs = 5

/** What a tail of many values takes while its reader is slow. Linux only: it is read from /proc. */
export async function memory(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  const peaks = []
  for (const count of counts) {
    await fillStream(world, `memory-${count}`, count)
    peaks.push(await readSlowly(world, `memory-${count}`))
  }
  const [few, many] = peaks
  return {
    title: `peak memory of drover stream into a reader of ${bytesPerSecond / 1e6} MB/s`,
    notes: counts.map(
      (count, index) =>
        `${count.toLocaleString('en')} values: ${round(peaks[index].mb)} MB, ${peaks[index].lines.toLocaleString('en')} lines in ${round(peaks[index].seconds)} s`,
    ),
    goals: [
      ['≤ 80 MB', many.mb <= 80, exact],
      ['no growth with the count', many.mb <= few.mb * 1.25, exact],
      ['every value', many.lines === counts[1] && few.lines === counts[0], exact],
    ],
  }
}

async function readSlowly(world, id) {
  const startedAt = now()
  const running = spawnProcess(world.drover('stream', id, 'values', '-o', 'jsonl'), world.env)
  let mb = 0
  let lines = 0
  for await (const chunk of running.child.stdout) {
    for (const byte of chunk) if (byte === 10) lines++
    mb = Math.max(mb, peakMegabytes(running.child.pid))
    await sleep(Math.max(pauseMs, (chunk.length / bytesPerSecond) * 1000))
  }
  const endedAt = await running.succeeded
  return { mb, lines, seconds: (endedAt - startedAt) / 1000 }
}
