import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { isInstalled, now, quietMoment, spawnProcess } from '../processes.js'
import { median, round } from '../report.js'

const rounds = 5
const many = 300
const queued = 300
const bulk = 5000
const application = 'drover-bench'
/** What takes longer is not measured but broken. */
const longestMs = 120_000

/** Who executes, by the version that it takes work of. */
const workers = { 'drover worker': 'drover-bench@dev', 'plain DBOS script': 'plain@dev' }

/** What a worker of drover's gets done in a second beside a plain DBOS script, in turns, and bulk verbs beside psql with one statement of SQL. */
export async function throughput(world) {
  const stop = await startBoth(world)
  const notes = []
  const ratios = []
  const add = (what, samples) => {
    const [first, second] = Object.values(samples).map(median)
    const named = Object.entries(samples).map(([name, rates]) => `${name} ${round(median(rates))}`)
    notes.push(`${what} a second: ${named.join(', ')} (${round(first / second)} ×)`)
    return first / second
  }
  try {
    for (const kind of ['steps', 'events', 'stream values']) {
      ratios.push([
        kind,
        add(`${kind} of one workflow`, await inTurns((version) => rateOf(world, version, kind))),
      ])
    }
    ratios.push([
      'workflows',
      add('workflows of a queue', await inTurns((version) => rateOfQueue(world, version))),
    ])
  } finally {
    await stop()
  }
  for (const [verb, sql] of isInstalled('psql') ? Object.entries(verbs) : [])
    add(`workflows that ${verb} changes`, await besideSql(world, verb, sql))
  return {
    title: `a second, medians of ${rounds}; verbs and psql with one statement as whole processes, on ${bulk.toLocaleString('en')} workflows`,
    notes,
    goals: ratios.map(([kind, ratio]) => [`${kind}: ≥ 0.9 × plain DBOS (${round(ratio)})`, ratio >= 0.9]),
  }
}

async function startBoth(world) {
  await world.startWorker()
  const script = path.join(import.meta.dirname, '../plain-worker.js')
  const plain = spawnProcess([process.execPath, script], world.env)
  plain.succeeded.catch(() => {})
  await Promise.race([once(createInterface({ input: plain.child.stdout }), 'line'), plain.succeeded])
  return async () => {
    plain.kill('SIGKILL')
    await plain.ended
    await world.stopWorker()
  }
}

/** Each round in the other order, after one that does not count. */
async function inTurns(measure) {
  const samples = Object.fromEntries(Object.keys(workers).map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    const entries = Object.entries(workers)
    for (const [name, version] of round % 2 === 0 ? entries : entries.toReversed()) {
      await quietMoment()
      const rate = await measure(version)
      if (round > 0) samples[name].push(rate)
    }
  }
  return samples
}

async function rateOf({ client }, appVersion, kind) {
  const options = { workflowName: 'many', queueName: 'drover', appVersion, applicationName: application }
  const handle = await client.enqueue(options, kind, many)
  return many / ((await inTime(handle.getResult({ pollingIntervalMs: 50 }), `${many} ${kind}`)) / 1000)
}

async function inTime(result, what) {
  const timer = new AbortController()
  const over = sleep(longestMs, undefined, { signal: timer.signal }).then(() => {
    throw tookTooLong(what)
  })
  try {
    return await Promise.race([result, over])
  } finally {
    timer.abort()
  }
}

function tookTooLong(what) {
  return new Error(`${what} took more than ${longestMs / 1000} s`)
}

/** From the first that is taken to the last that has ended, of those that are enqueued in one transaction. */
async function rateOfQueue({ database }, version) {
  const prefix = `queued-${randomUUID()}-`
  await database.query(
    `select dbos.enqueue_workflow(workflow_name => 'nothing', queue_name => 'drover', workflow_id => $1 || n,
       app_version => $2, application_name => $3) from generate_series(1, ${queued}) n`,
    [prefix, version, application],
  )
  const startedAt = now()
  while (now() - startedAt < longestMs) {
    const { rows } = await database.query(
      `select count(*) filter (where status = 'SUCCESS')::int as ended, min(started_at_epoch_ms) as began,
              max(completed_at) as ended_at from dbos.workflow_status where starts_with(workflow_uuid, $1)`,
      [prefix],
    )
    const [{ ended, began, ended_at: endedAt }] = rows
    if (ended === queued) return queued / ((Number(endedAt) - Number(began)) / 1000)
    await sleep(50)
  }
  throw tookTooLong(`${queued} workflows of a queue`)
}

const at = '(extract(epoch from now()) * 1000)::bigint'
/** What each verb writes to the row, for those who would write it themselves. */
const verbs = {
  cancel: `update dbos.workflow_status set status = 'CANCELLED', queue_name = null, completed_at = ${at}, updated_at = ${at}
    where name = 'bulk' and status = 'ENQUEUED'`,
  resume: `update dbos.workflow_status set status = 'ENQUEUED', queue_name = '_dbos_internal_queue', recovery_attempts = 0,
    completed_at = null, started_at_epoch_ms = null, updated_at = ${at} where name = 'bulk' and status = 'CANCELLED'`,
  delete: `with gone as (delete from dbos.workflow_status where name = 'bulk' and status = 'CANCELLED' returning workflow_uuid),
    inputs as (delete from dbos.workflow_input using gone where workflow_input.workflow_uuid = gone.workflow_uuid)
    delete from dbos.workflow_output using gone where workflow_output.workflow_uuid = gone.workflow_uuid`,
}

async function besideSql(world, verb, sql) {
  const samples = { drover: [], SQL: [] }
  const status = verb === 'cancel' ? 'ENQUEUED' : 'CANCELLED'
  const command = world.drover(verb, '--name', 'bulk', '--status', status, '--yes', '-o', 'ids')
  for (let round = 0; round < rounds; round++) {
    for (const name of ['SQL', 'drover']) {
      await fillBulk(world.database, status)
      await quietMoment()
      const startedAt = now()
      const running = spawnProcess(name === 'SQL' ? world.psql(sql) : command, world.env)
      running.child.stdout.resume()
      samples[name].push(bulk / (((await running.succeeded) - startedAt) / 1000))
      const { rows } = await world.database.query(
        `select count(*)::int as left from dbos.workflow_status where name = 'bulk' and status = $1`,
        [status],
      )
      if (rows[0].left > 0) throw new Error(`${name} left ${rows[0].left} workflows as they were`)
    }
  }
  return samples
}

/** Of an application that nobody runs. */
async function fillBulk(database, status) {
  await database.query(`delete from dbos.workflow_input where workflow_uuid like 'bulk-%'`)
  await database.query(`delete from dbos.workflow_status where name = 'bulk'`)
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, application_name,
       queue_name, created_at, completed_at, updated_at, recovery_attempts, serialization)
     select 'bulk-' || n, $1, 'bulk', '', 'v1', 'nobody', 'nobody', n, case when $1 = 'CANCELLED' then n end, n, 0,
       'portable_json' from generate_series(1, ${bulk}) n`,
    [status],
  )
  await database.query(
    `insert into dbos.workflow_input (workflow_uuid, inputs)
     select 'bulk-' || n, '{"positionalArgs":[1],"namedArgs":{}}' from generate_series(1, ${bulk}) n`,
  )
  await database.query('analyze dbos.workflow_status')
}
