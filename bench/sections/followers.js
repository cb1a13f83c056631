import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { costOf } from '../cost.js'
import { now, spawnProcess } from '../processes.js'
import { exact, median, percentile, round } from '../report.js'

const count = Number(process.env.BENCH_FOLLOWED ?? 10_000)
const seconds = 20
const values = 40
const settleMs = 15_000

/** What it costs to follow very many workflows in one process, and how soon what happens to one of them is known. */
export async function followers(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  await fill(world)
  const found = []
  for (const shape of ['many', 'one']) {
    await world.database.query(
      `update dbos.workflow_status set status = 'PENDING', completed_at = null where status = 'SUCCESS'`,
    )
    await world.database.query('delete from dbos.streams')
    found.push({ shape, ...(await measure(world, shape)) })
  }
  return {
    title: `${count} workflows followed in one process, by a follower for each and by one for all`,
    notes: found.map(
      ({ shape, begun, cost, latencies, ends, warnings }) =>
        `${shape}: first ${round(begun.first.ms)} ms (${round(begun.first.processorMs)} of a processor), all ${round(begun.allMs)} ms, ${round(begun.bytes / 1e6)} MB; idle ${round(cost.transactionsPerSecond)} transactions/s, ` +
        `${round(cost.clientPercent)} % of a processor, server ${round(cost.serverPercent)} %; a value p50 ${round(median(latencies))}, p95 ${round(percentile(latencies, 0.95))} ms; ` +
        `an end p50 ${round(median(ends))}, p95 ${round(percentile(ends, 0.95))} ms; ${warnings} warnings`,
    ),
    goals: found.flatMap(({ shape, begun, cost, latencies, warnings }) => [
      [`${shape}: at most 10 transactions/s while idle`, cost.transactionsPerSecond <= 10, exact],
      [`${shape}: at most 5 % of a processor while idle`, cost.clientPercent <= 5],
      // From the start of the process; a machine that is busy takes longer for it.
      [`${shape}: the first within a second of a processor`, begun.first.processorMs <= 1000],
      [`${shape}: every value, and no warning`, latencies.length === values && warnings === 0, exact],
    ]),
  }
}

async function fill({ database }) {
  await database.query(`insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, created_at)
    select 'crowd-' || n, 'PENDING', 'crowd', 'crowd', 'v1', 1 from generate_series(0, ${count - 1}) n`)
  await database.query(`insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization)
    select 'crowd-' || n, s, 'work', 'true', 'portable_json' from generate_series(0, ${count - 1}) n, generate_series(0, 4) s`)
  await database.query('analyze')
}

async function measure(world, shape) {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../follow-many.js')
  const following = spawnProcess([process.execPath, script, shape, String(count)], world.env)
  const records = []
  const begun = await new Promise((resolve, reject) => {
    following.onLine((line) => {
      const record = JSON.parse(line)
      records.push(record)
      if (record.allMs !== undefined) resolve(record)
    })
    following.succeeded.catch(reject)
  })
  await sleep(settleMs)
  const cost = await costOf(world, [following.child.pid], seconds)
  for (let n = 0; n < values; n++) await write(world, n)
  for (let n = 0; n < values; n++) await end(world, n)
  await sleep(5000)
  following.kill('SIGKILL')
  await following.ended
  return {
    begun,
    cost,
    latencies: records.flatMap(({ latencyMs }) => latencyMs ?? []),
    ends: records.flatMap(({ endMs }) => endMs ?? []),
    warnings: records.filter(({ warning }) => warning !== undefined).length,
  }
}

async function write({ database }, n) {
  const id = `crowd-${(n * 211) % count}`
  await database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization, function_id) values ($1, 'k', 0, $2, 'portable_json', 5)`,
    [id, JSON.stringify(now())],
  )
  await database.query(`select pg_notify('dbos_streams_channel', $1)`, [`${id}::k`])
  await sleep(50)
}

async function end({ database }, n) {
  await database.query(
    `update dbos.workflow_status set status = 'SUCCESS', completed_at = $2 where workflow_uuid = $1`,
    [`crowd-${(n * 211 + 1) % count}`, Math.round(now())],
  )
  await sleep(50)
}
