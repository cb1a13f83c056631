import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../processes.js'
import { exact, median } from '../report.js'

const changes = 200
const gapMs = 30
const settleMs = 1500
/** The SDK's client waits for the first value of an event, and cannot see a change. */
const awaited = [20, 60, 100, 140, 180]

/** From the call that publishes to the line on stdout. */
export async function event(world) {
  await world.start('publishes', 'event', changes, gapMs)
  const rows = {
    'drover watch -o jsonl': [],
    'drover wait --for event': [],
    'SDK client.getEvent': [],
    'SDK client.getEvent at 50 ms': [],
  }
  const watch = spawnProcess(world.drover('watch', 'event', '-o', 'jsonl'), world.env)
  watch.onLine((line, at) => {
    const change = JSON.parse(line)
    if (change.type === 'event') rows['drover watch -o jsonl'].push(at - change.value.at)
  })
  const waits = awaited.map((index) => {
    const wait = spawnProcess(world.drover('wait', 'event', '--for', `event:only-${index}`), world.env)
    let shownAt
    let text = ''
    wait.onLine((line, at) => {
      shownAt ??= at
      text += line
    })
    return wait.succeeded.then(() => rows['drover wait --for event'].push(shownAt - JSON.parse(text).at))
  })
  const keys = awaited.map((index) => `only-${index}`)
  const clients = Object.entries({
    'SDK client.getEvent': world.env,
    'SDK client.getEvent at 50 ms': world.pollingEvery(50),
  }).map(([name, env]) => {
    const client = spawnProcess(world.sdk('get-event.js', 'event', ...keys), env)
    client.onLine((line, at) => rows[name].push(at - JSON.parse(line).value.at))
    return client.succeeded
  })
  await sleep(settleMs)
  await world.client.send('event', 1, 'go')
  await Promise.all([watch.succeeded, ...clients, ...waits])
  return {
    title: `change to line, two changes every ${gapMs} ms`,
    rows,
    goals: [
      ['p50 ≤ 25 ms', median(rows['drover watch -o jsonl']) <= 25],
      ['every change once', rows['drover watch -o jsonl'].length === 2 * changes, exact],
    ],
  }
}
