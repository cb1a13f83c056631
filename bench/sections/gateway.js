import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../dist/index.js'
import { now, spawnProcess } from '../processes.js'
import { median, percentile, round } from '../report.js'

const seconds = 3
const atOnce = 4
const decided = 200
const values = 60
const waiting = 300

/** What the gateway answers in a second, beside the same by the library; and how soon a value is on the socket. */
export async function gateway(world) {
  await fill(world)
  const { url, stop } = await serve(world)
  const drover = await connect({ databaseUrl: world.url })
  try {
    const figures = {
      'GET inbox': await load(() => get(`${url}/v1/inbox?limit=50`)),
      'library inbox': await load(() => drover.inbox({ limit: 50 })),
      'GET workflow': await load(() => get(`${url}/v1/workflows/gate-1`)),
      'library get': await load(() => drover.get('gate-1')),
      'POST decision': await each(decided, (n) =>
        post(`${url}/v1/waits/${encodeURIComponent(`gate-${n}#1`)}`, { decision: 'approved', by: 'bench' }),
      ),
      'library approve': await each(decided, (n) => drover.approve(`late-${n}#1`, { as: 'bench' })),
    }
    const rows = await deliver(world, url)
    return {
      title:
        'the gateway, one process on a socket: milliseconds of each, and of a value from its writing to its bytes',
      rows,
      notes: Object.entries(figures).map(
        ([name, { took, perSecond }]) =>
          `${name.padEnd(16)} ${round(perSecond)} a second, p50 ${round(median(took))}, p95 ${round(percentile(took, 0.95))} ms`,
      ),
      goals: [['every value on the socket', rows['server-sent event'].length === values]],
    }
  } finally {
    await drover.close()
    await stop()
  }
}

async function fill({ database }) {
  for (const name of ['gate', 'late']) {
    await database.query(`insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, created_at)
      select '${name}-' || n, 'PENDING', 'gated', 'bench', 1 from generate_series(0, ${waiting - 1}) n`)
    await database.query(`insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, completed_at_epoch_ms)
      select '${name}-' || n, 0, 'DBOS.setEvent', 2 from generate_series(0, ${waiting - 1}) n`)
    for (const table of [
      'workflow_events (workflow_uuid, key, value, serialization) select id, key, value, format',
      'workflow_events_history (workflow_uuid, function_id, key, value, serialization) select id, 0, key, value, format',
    ])
      await database.query(`insert into dbos.${table} from (select '${name}-' || n as id, 'awaiting:go' as key,
        '{"prompt":"Go?"}' as value, 'portable_json' as format from generate_series(0, ${waiting - 1}) n) w`)
  }
  await database.query('analyze')
}

async function serve(world) {
  const serving = spawnProcess(world.drover('serve', '--port', '0'), world.env)
  const url = await new Promise((resolve, reject) => {
    serving.onStderrLine((line) => {
      const found = /Ready on (http:\S+?),/.exec(line)?.[1]
      if (found) resolve(found)
    })
    serving.succeeded.catch(reject)
  })
  return {
    url,
    stop: async () => {
      serving.kill('SIGTERM')
      await serving.ended
    },
  }
}

async function get(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}

async function post(url, body) {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

/** A few at once, again and again. */
async function load(ask) {
  const took = []
  const startedAt = now()
  const one = async () => {
    while (now() < startedAt + seconds * 1000) took.push(await timed(ask))
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return { took, perSecond: took.length / ((now() - startedAt) / 1000) }
}

async function each(count, ask) {
  const took = []
  const startedAt = now()
  let next = 0
  const one = async () => {
    while (next < count) {
      const n = next++
      took.push(await timed(() => ask(n)))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  return { took, perSecond: took.length / ((now() - startedAt) / 1000) }
}

async function timed(ask) {
  const startedAt = now()
  await ask()
  return now() - startedAt
}

/** The same values, each with when it was written: on a socket, and as lines of `stream --follow`. */
async function deliver(world, url) {
  const arrived = { 'server-sent event': [], 'stream --follow': [] }
  const leave = new AbortController()
  const response = await fetch(`${url}/v1/workflows/gate-299/streams/k`, { signal: leave.signal })
  const reading = readValues(response, (value, at) => arrived['server-sent event'].push(at - value))
  const following = spawnProcess(world.drover('stream', 'gate-299', 'k', '-f', '-o', 'jsonl'), world.env)
  following.succeeded.catch(() => {})
  following.onLine((line, at) => arrived['stream --follow'].push(at - JSON.parse(line).value))
  await sleep(3000)
  for (let n = 0; n < values; n++) {
    await world.database.query(
      `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization, function_id) values ('gate-299', 'k', $1, $2, 'portable_json', 5)`,
      [n, JSON.stringify(now())],
    )
    await world.database.query(`select pg_notify('dbos_streams_channel', 'gate-299::k')`)
    await sleep(40 + Math.random() * 40)
  }
  await sleep(500)
  leave.abort()
  following.kill('SIGTERM')
  await Promise.allSettled([reading, following.ended])
  return arrived
}

async function readValues(response, take) {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    const at = now()
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop()
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data !== undefined && block.includes('event: value')) take(JSON.parse(data).value, at)
    }
  }
}
