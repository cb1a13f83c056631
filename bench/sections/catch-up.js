import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { isInstalled, now, quietMoment, spawnProcess } from '../processes.js'
import { median, round } from '../report.js'
import { fillStream } from '../streams.js'

const values = 100_000
const rounds = 5
/** The SDK's client takes most of half a minute. */
const sdkRounds = 3

/** All that a stream holds, into a file, start-up included. */
export async function catchUp(world) {
  await fillStream(world, 'catch-up', values)
  const copy = `copy (select value from dbos.streams where workflow_uuid = 'catch-up' and key = 'values' order by "offset") to stdout`
  const commands = {
    "psql -c 'copy … to stdout'": isInstalled('psql') ? world.psql(copy) : undefined,
    'drover stream -o jsonl': world.drover('stream', 'catch-up', 'values', '-o', 'jsonl'),
    'SDK client.readStream': world.sdk('read-stream.js', 'catch-up', 'values'),
  }
  const rows = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const isDue = round < (name.startsWith('SDK') ? sdkRounds : rounds)
      if (command && isDue) rows[name].push(await timeIntoFile(world, command))
    }
  }
  const [psql, drover, sdk] = Object.values(rows).map(median)
  return {
    title: `${values.toLocaleString('en')} values of about 84 bytes into a file, whole processes`,
    rows,
    comparedWith: 'drover stream -o jsonl',
    notes: [`drover: ${Math.round(values / (drover / 1000)).toLocaleString('en')} values/s`],
    goals: [
      ['≥ 60 times faster than the SDK', sdk / drover >= 60],
      ...(Number.isNaN(psql) ? [] : [[`≤ 5 times psql (${round(drover / psql)})`, drover / psql <= 5]]),
    ],
  }
}

async function timeIntoFile({ home, env }, command) {
  const file = path.join(home, 'catch-up.out')
  const descriptor = openSync(file, 'w')
  await quietMoment()
  const startedAt = now()
  const endedAt = await spawnProcess(command, env, { stdout: descriptor }).succeeded
  closeSync(descriptor)
  if (statSync(file).size < values * 40) throw new Error(`${command.join(' ')} left something out`)
  rmSync(file)
  return endedAt - startedAt
}
