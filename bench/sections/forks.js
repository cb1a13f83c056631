import { now, quietMoment, spawnProcess } from '../processes.js'
import { median } from '../report.js'

const count = 1000
const steps = 5
const goalMs = 10_000

/** Copies of workflows that failed at their last step, whole processes. Each round forks the same ones again. */
export async function forks(world) {
  await fill(world.database)
  const chosen = ['--name', 'forked', '--status', 'ERROR', '--from', String(steps - 1), '--yes']
  const commands = {
    'drover fork': { command: world.drover('fork', ...chosen, '-o', 'ids'), rounds: 3 },
    'SDK client.forkWorkflow, one by one': {
      command: world.sdk('fork.js', 'forked-', count, steps - 1),
      rounds: 1,
    },
  }
  const rows = {}
  for (const [name, { command, rounds }] of Object.entries(commands)) {
    rows[name] = []
    for (let round = 0; round < rounds; round++) rows[name].push(await timeForks(world, command))
  }
  const [drover] = Object.values(rows).map(median)
  return {
    title: `${count.toLocaleString('en')} forks of workflows with ${steps} steps, whole processes`,
    rows,
    comparedWith: 'drover fork',
    goals: [[`≤ ${goalMs / 1000} s`, drover <= goalMs]],
  }
}

async function timeForks(world, command) {
  await world.database.query(`delete from dbos.workflow_status where forked_from like 'forked-%'`)
  await quietMoment()
  const startedAt = now()
  const endedAt = await spawnProcess(command, world.env).succeeded
  const { rows } = await world.database.query(
    `select count(*)::int as count from dbos.workflow_status where forked_from like 'forked-%'`,
  )
  if (rows[0].count !== count) throw new Error(`${command.join(' ')} made ${rows[0].count} forks`)
  return endedAt - startedAt
}

async function fill(database) {
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, application_name,
       created_at, completed_at, updated_at, recovery_attempts, serialization)
     select 'forked-' || n, 'ERROR', 'forked', 'executor', 'v1', 'shop', n, n, n, 1, 'portable_json'
     from generate_series(1, ${count}) n`,
  )
  await database.query(
    `insert into dbos.workflow_input (workflow_uuid, inputs)
     select 'forked-' || n, '{"positionalArgs":[1],"namedArgs":{}}' from generate_series(1, ${count}) n`,
  )
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization,
       started_at_epoch_ms, completed_at_epoch_ms)
     select 'forked-' || n, step, 'step', '1', 'portable_json', n, n
     from generate_series(1, ${count}) n, generate_series(0, ${steps - 1}) step`,
  )
}
