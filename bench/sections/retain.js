import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { now, quietMoment, spawnProcess } from '../processes.js'
import { median, percentile, round } from '../report.js'
import { fill } from './million.js'

/** Fewer, for a look: BENCH_RETAIN=100000. */
const count = Number(process.env.BENCH_RETAIN ?? 1_000_000)
const workflows = 4
const secondsBefore = 30
const settleMs = 5000

/** What a worker's steps take before and while a million ended workflows, of two steps each, are deleted beside it. */
export async function retain(world) {
  const { database, client } = world
  await fill(database, count)
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization,
       started_at_epoch_ms, completed_at_epoch_ms)
     select w.workflow_uuid, s, 'step', '"' || repeat('x', 200) || '"', 'portable_json', w.created_at, w.created_at + 10
     from dbos.workflow_status w, generate_series(0, 1) s where w.workflow_uuid like 'million-%' and w.completed_at is not null`,
  )
  await database.query('vacuum analyze dbos.operation_outputs')
  await database.query('checkpoint')
  await world.startWorker()
  const stopFile = path.join(world.home, 'stop-busy')
  const handles = []
  for (let index = 0; index < workflows; index++) {
    handles.push(await world.start('busy', `busy-${index}`, stopFile))
  }
  await sleep(settleMs)
  await quietMoment()
  const beforeMs = now()
  await sleep(secondsBefore * 1000)
  const beganMs = now()
  const retaining = spawnProcess(
    world.drover('retain', '--keep', '0', '--older-than', '1ms', '--yes', '-o', 'json'),
    world.env,
  )
  let printed = ''
  retaining.onLine((line) => {
    printed += line
  })
  const endedMs = await retaining.succeeded
  await sleep(settleMs)
  writeFileSync(stopFile, '')
  const steps = []
  for (const { workflowID } of handles) steps.push(...(await client.retrieveWorkflow(workflowID).getResult()))
  const between = (fromMs, toMs) => steps.filter(([at]) => at >= fromMs && at < toMs).map(([, ms]) => ms)
  const [before, during] = [between(beforeMs, beganMs), between(beganMs, endedMs)]
  const { deleted } = JSON.parse(printed)
  const { rows } = await database.query(
    `select count(*)::int as left from dbos.workflow_status where workflow_uuid like 'million-%' and completed_at is not null`,
  )
  const p95 = (samples) => percentile(samples, 0.95)
  return {
    title: `${deleted.toLocaleString('en')} ended workflows are deleted beside ${workflows} workflows that run steps`,
    rows: { 'a step before': before, 'a step meanwhile': during },
    notes: [
      `${round((endedMs - beganMs) / 1000)} s: ${Math.round(deleted / ((endedMs - beganMs) / 1000)).toLocaleString('en')} a second; ${rows[0].left} left`,
      `p95 of a step: ${round(p95(before))} ms before, ${round(p95(during))} ms meanwhile (median ${round(median(before))}, ${round(median(during))})`,
    ],
    goals: [
      [`all are deleted (${rows[0].left} left)`, rows[0].left === 0],
      [`p95 of a step meanwhile ≤ 2 × before`, p95(during) <= 2 * p95(before)],
    ],
  }
}
