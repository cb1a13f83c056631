import { closeSync, openSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { isInstalled, now, peakMegabytes, quietMoment, spawnProcess } from '../processes.js'
import { exact, median, round } from '../report.js'

/** Fewer, for a look: BENCH_TRANSFER=10000. */
const count = Number(process.env.BENCH_TRANSFER ?? 100_000)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const times = 3
const tables = [
  ...['workflow_status', 'workflow_input', 'workflow_output', 'operation_outputs'],
  ...['workflow_events', 'workflow_events_history', 'streams', 'notifications'],
]

/** An export and an import of many workflows, beside psql that copies the same tables out and in. */
export async function transfer(world) {
  if (!isInstalled('psql')) return { title: 'skipped: it needs psql' }
  const places = { few: '', drover: '', psql: '' }
  for (const name of Object.keys(places)) {
    await world.database.query(`create database transfer_${name}`)
    places[name] = withDatabase(world.url, `transfer_${name}`)
    await DBOS.migrate(places[name])
  }
  const pools = Object.fromEntries(
    Object.entries(places).map(([name, url]) => [name, new pg.Pool({ connectionString: url, max: 1 })]),
  )
  for (const pool of Object.values(pools)) pool.on('error', () => {})
  try {
    return await measure(world, places, pools)
  } finally {
    for (const pool of Object.values(pools)) await pool.end()
  }
}

async function measure(world, places, pools) {
  const file = (name) => path.join(world.home, name)
  const psql = (url, args) => ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-1', ...args]
  const out = psql(
    world.url,
    tables.flatMap((table) => ['-c', `\\copy dbos.${table} to '${file(table)}'`]),
  )
  const back = psql(
    places.psql,
    tables.flatMap((table) => ['-c', `\\copy dbos.${table} from '${file(table)}'`]),
  )
  const bringIn = (name, url) => world.drover('import', file(name), '--yes', '-o', 'ids', '--db-url', url)
  const peaks = { export: [], import: [] }
  const memory = async (workflows) => {
    await fill(world.database, workflows)
    peaks.export.push((await run(world.drover('export', '--name', 'carried'), world.env, file('few'))).mb)
    peaks.import.push((await run(bringIn('few', places.few), world.env)).mb)
    await clear(pools.few)
  }
  await memory(count / 5)
  await fill(world.database, count)
  const samples = { 'psql COPY TO': [], export: [], 'psql COPY FROM': [], import: [] }
  for (let turn = -1; turn < rounds; turn++) {
    for (const pool of [pools.drover, pools.psql]) await clear(pool)
    await world.database.query('checkpoint')
    await quietMoment()
    const measured = {
      'psql COPY TO': await run(out, world.env),
      export: await run(world.drover('export', '--name', 'carried'), world.env, file('many')),
      'psql COPY FROM': await run(back, world.env),
      import: await run(bringIn('many', places.drover), world.env),
    }
    if (turn < 0) {
      for (const kind of ['export', 'import']) peaks[kind].push(measured[kind].mb)
      continue
    }
    for (const [name, { ms }] of Object.entries(measured)) samples[name].push(ms)
  }
  const [here, there] = [await rowsOf(pools.psql), await rowsOf(pools.drover)]
  for (const name of ['few', 'many', ...tables]) rmSync(file(name), { force: true })
  const ratio = (name, base) => median(samples[name]) / median(samples[base])
  const [exporting, importing] = [ratio('export', 'psql COPY TO'), ratio('import', 'psql COPY FROM')]
  const mb = ([few, many]) => `${round(few)} MB for ${count / 5}, ${round(many)} MB for ${count}`
  return {
    title: `${count.toLocaleString('en')} workflows with two steps, an event, a stream value and a message each`,
    rows: samples,
    notes: [
      `export ${round(exporting)} × COPY TO, import ${round(importing)} × COPY FROM`,
      `peak memory: export ${mb(peaks.export)}; import ${mb(peaks.import)}`,
    ],
    goals: [
      [`every row is there (${there}, ${here} by psql)`, here === there, exact],
      [`export ≤ ${times} × COPY TO`, exporting <= times],
      [`import ≤ ${times} × COPY FROM`, importing <= times],
      ['no growth with the count', Object.values(peaks).every(([few, many]) => many <= few * 1.5), exact],
    ],
  }
}

async function run(command, env, file) {
  const descriptor = file === undefined ? undefined : openSync(file, 'w')
  const beganMs = now()
  const running = spawnProcess(command, env, { stdout: descriptor ?? 'pipe' })
  running.child.stdout?.resume()
  let mb = 0
  const looking = setInterval(() => {
    mb = Math.max(mb, peakMegabytes(running.child.pid))
  }, 20)
  const endedMs = await running.succeeded.finally(() => clearInterval(looking))
  if (descriptor !== undefined) closeSync(descriptor)
  return { ms: endedMs - beganMs, mb }
}

function withDatabase(url, name) {
  const named = new URL(url)
  named.pathname = `/${name}`
  return named.href
}

const clear = (pool) => pool.query(`truncate ${tables.map((table) => `dbos.${table}`).join(', ')}`)

async function rowsOf(pool) {
  const counts = tables.map((table) => `(select count(*) from dbos.${table})`)
  const { rows } = await pool.query(`select ${counts.join(' + ')} as count`)
  return Number(rows[0].count)
}

/** Of a kilobyte each, as the SDK leaves them. */
async function fill(database, total) {
  await database.query(`truncate ${tables.map((table) => `dbos.${table}`).join(', ')}`)
  const nowMs = Date.now()
  const value = (bytes) => `'{"json":"' || repeat(md5(n::text), ${bytes} / 32) || '"}'`
  const each = `from (select n, 'carried-' || n as id from generate_series(1, ${total}) n) w`
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, application_name,
       created_at, started_at_epoch_ms, completed_at, updated_at, recovery_attempts, serialization)
     select id, case when n % 100 = 0 then 'ERROR' else 'SUCCESS' end, 'carried', 'executor', 'v1', 'shop',
       at, at, at + 500, at, 1, 'js_superjson' from (select *, ${nowMs} - ${total} + n as at ${each}) w`,
  )
  await database.query(
    `insert into dbos.workflow_input (workflow_uuid, inputs) select id, ${value(96)} ${each}`,
  )
  await database.query(
    `insert into dbos.workflow_output (workflow_uuid, output) select id, ${value(96)} ${each}`,
  )
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization,
       started_at_epoch_ms, completed_at_epoch_ms)
     select id, step, 'step', ${value(192)}, 'js_superjson', ${nowMs}, ${nowMs} + 10 ${each}, generate_series(0, 1) step`,
  )
  await database.query(
    `insert into dbos.workflow_events (workflow_uuid, key, value, serialization) select id, 'progress', ${value(32)}, 'js_superjson' ${each}`,
  )
  await database.query(
    `insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value, serialization)
     select id, 2, 'progress', ${value(32)}, 'js_superjson' ${each}`,
  )
  await database.query(
    `insert into dbos.streams (workflow_uuid, key, "offset", value, function_id, serialization)
     select id, 'log', 0, ${value(64)}, 3, 'js_superjson' ${each}`,
  )
  await database.query(
    `insert into dbos.notifications (destination_uuid, topic, message, serialization) select id, 'go', ${value(32)}, 'js_superjson' ${each}`,
  )
  await database.query('vacuum analyze')
}
