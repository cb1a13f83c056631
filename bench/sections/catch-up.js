import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { isInstalled, now, quietMoment, spawnProcess } from '../processes.js'
import { median, round } from '../report.js'
import { fillStream } from '../streams.js'

const rounds = 5
/** The SDK's client takes most of half a minute. */
const sdkRounds = 3
const sdkValues = 100_000

/** About a hundred megabytes each. */
const sizes = [
  { bytes: 84, count: 1_000_000 },
  { bytes: 1000, count: 100_000 },
  { bytes: 100_000, count: 1000 },
]

/** All that a stream holds, into a file, start-up included. */
export async function catchUp(world) {
  const id = `catch-up-${sdkValues}`
  await fillStream(world, id, sdkValues)
  const drover = await measure(world, droverReads(world, id), rounds)
  const sdk = await measure(world, world.sdk('read-stream.js', id, 'values'), sdkRounds)
  const rows = { 'drover stream -o jsonl': drover.wallMs, 'SDK client.readStream': sdk.wallMs }
  const notes = []
  const goals = [['≥ 60 times faster than the SDK', median(sdk.wallMs) / median(drover.wallMs) >= 60]]
  for (const size of isInstalled('psql') ? sizes : []) {
    const name = `${size.count.toLocaleString('en')} values of ${size.bytes.toLocaleString('en')} B`
    const { wall, processor, valuesPerSecond, used } = await besidePsql(world, size)
    notes.push(`${name}: ${used}, ${Math.round(valuesPerSecond).toLocaleString('en')} values/s`)
    goals.push([`${name}: ≤ 2.5 times psql (${round(wall)})`, wall <= 2.5])
    goals.push([`${name}: ≤ 4 times the processor of psql (${round(processor)})`, processor <= 4])
  }
  return {
    title: `${sdkValues.toLocaleString('en')} values of 84 B into a file, whole processes; then many, beside psql's COPY`,
    rows,
    notes,
    goals,
  }
}

function droverReads(world, id) {
  return world.drover('stream', id, 'values', '-o', 'jsonl')
}

async function besidePsql(world, { bytes, count }) {
  const id = `catch-up-${bytes}-${count}`
  await fillStream(world, id, count, bytes)
  const copy = `copy (select value from dbos.streams where workflow_uuid = '${id}' and key = 'values' order by "offset") to stdout`
  const psql = await measure(world, world.psql(copy), rounds)
  const drover = await measure(world, droverReads(world, id), rounds)
  const shown = ({ wallMs, processorMs }) =>
    `${round(median(wallMs))} ms (${round(median(processorMs))} of a processor)`
  return {
    wall: median(drover.wallMs) / median(psql.wallMs),
    processor: median(drover.processorMs) / median(psql.processorMs),
    valuesPerSecond: count / (median(drover.wallMs) / 1000),
    used: `psql ${shown(psql)}, drover ${shown(drover)}`,
  }
}

/** How long a command takes into a file, and how much of a processor. */
async function measure({ home, env }, command, times) {
  const file = path.join(home, 'catch-up.out')
  const samples = { wallMs: [], processorMs: [] }
  for (let round = 0; round < times; round++) {
    await quietMoment()
    const descriptor = openSync(file, 'w')
    const lines = []
    const startedAt = now()
    // The shell tells what its children used.
    const running = spawnProcess(
      ['sh', '-c', '"$@"; code=$?; times >&2; exit $code', 'sh', ...command],
      env,
      {
        stdout: descriptor,
      },
    )
    running.onStderrLine((line) => lines.push(line))
    samples.wallMs.push((await running.succeeded) - startedAt)
    closeSync(descriptor)
    if (statSync(file).size < 1_000_000) throw new Error(`${command.join(' ')} left something out`)
    samples.processorMs.push(childrenMs(lines.at(-1)))
  }
  rmSync(file)
  return samples
}

/** Of a line such as `0m0.120s 0m0.030s`. */
function childrenMs(line = '') {
  const times = [...line.matchAll(/(\d+)m([\d.]+)s/g)]
  return times.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0,
  )
}
