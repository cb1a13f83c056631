import { setTimeout as sleep } from 'node:timers/promises'
import { spawnProcess } from '../processes.js'
import { median } from '../report.js'

const rounds = 20

/** From the row of the workflow to its first step on a worker that has nothing else to do. */
export async function enqueue(world) {
  await world.startWorker()
  // A queue of an application's, polled as often as that of drover.
  await world.database.query(
    `insert into dbos.queues (name, polling_interval_sec, application_name) values ('often', 0.1, 'drover-bench')
     on conflict do nothing`,
  )
  // The queue of the SDK's own, which is polled as its documentation says: every second.
  const usual = {
    queueName: '_dbos_internal_queue',
    appVersion: 'drover-bench@dev',
    applicationName: 'drover-bench',
  }
  for (let round = 0; round < rounds; round++) {
    await spawnProcess(world.drover('start', 'steps', '--application', 'drover-bench'), world.env).succeeded
    await sleep(Math.random() * 300)
    await world.client.enqueue({ workflowName: 'steps-polled', ...usual })
    await sleep(Math.random() * 300)
    await world.client.enqueue({ workflowName: 'steps-polled', ...usual, queueName: 'often' })
    await sleep(Math.random() * 300)
  }
  await sleep(1500)
  const { rows: found } = await world.database.query(
    `select w.queue_name, o.started_at_epoch_ms - w.created_at as ms from dbos.workflow_status w
     join dbos.operation_outputs o on o.workflow_uuid = w.workflow_uuid and o.function_id = 0 where w.name like 'steps%'`,
  )
  const of = (queue) => found.filter(({ queue_name: name }) => name === queue).map(({ ms }) => Number(ms))
  const rows = {
    'drover start': of('drover'),
    'SDK enqueue, polled every 100 ms': of('often'),
    'SDK enqueue, usual polling': of('_dbos_internal_queue'),
  }
  return {
    title: 'enqueued to first step, on an idle drover worker',
    rows,
    goals: [['p50 ≤ 20 ms', median(rows['drover start']) <= 20]],
  }
}
