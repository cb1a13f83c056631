const endedCount = 194_000
const busyCount = 1000
const waitingCount = 5000
const stepsEach = 10
/** Every third one asks; the others only wait, and earlier runs tell on which topic. */
const isAsking = 'n % 3 = 0'

/** Fills the system tables with 200,000 workflows of 2 million steps, 5,000 of which wait. Returns their waits, the oldest first. */
export async function fillCrowd(database) {
  const nowMs = Date.now()
  const run = (sql) => database.query(sql)
  const total = endedCount + busyCount + waitingCount
  // Numbered by age: the ended ones first, then those that work, then those that wait.
  const kind = `case when n <= ${endedCount} then 'ended' when n <= ${endedCount + busyCount} then 'busy' else 'waiting' end`
  const all = `(select n, (${kind}) || '-' || n as id, (${kind}) as kind, ${nowMs} - ${total * 20}::bigint + n * 20 as at
    from generate_series(1, ${total}) n) w`
  await run(`insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, created_at,
      started_at_epoch_ms, completed_at, updated_at, recovery_attempts, serialization)
    select id, case when kind = 'ended' then 'SUCCESS' else 'PENDING' end,
      case when ${isAsking} then 'askingWorkflow' else 'silentWorkflow' end, 'crowd', 'v1', at, at,
      case when kind = 'ended' then at + 10 end, at, 1, 'portable_json' from ${all}`)
  const name = `case when s = 8 and ${isAsking} then 'DBOS.setEvent' when s = 9 and kind = 'ended' then 'DBOS.recv'
    when s = 10 then 'DBOS.sleep' else 'work' end`
  // Who waits has all steps but the one that waits; who works is in the middle of a step, after a sleep that took time.
  await run(`insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization,
      started_at_epoch_ms, completed_at_epoch_ms)
    select id, s, ${name}, case when s = 10 then (at + 86400000)::text else 'true' end, 'portable_json',
      at + s, at + s + case when s = 10 and kind = 'busy' then 5 else 0 end
    from ${all}, generate_series(0, ${stepsEach}) s where s <> 7 and not (kind = 'waiting' and s = 9)`)
  const asked = `from ${all} where ${isAsking}`
  const request = `json_build_object('prompt', 'Pay invoice ' || n || '?', 'amount', n)::text`
  await run(`insert into dbos.workflow_events (workflow_uuid, key, value, serialization)
    select id, 'awaiting:payment', ${request}, 'portable_json' ${asked}`)
  await run(`insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value, serialization)
    select id, 8, 'awaiting:payment', ${request}, 'portable_json' ${asked}`)
  await run(`insert into dbos.notifications (message_uuid, destination_uuid, topic, message, serialization,
      created_at_epoch_ms, consumed, consumed_by_function_id)
    select 'm-' || id, id, case when ${isAsking} then 'payment' else 'webhook' end, '{"approved":true}', 'portable_json',
      at + 9, true, 9 from ${all} where kind = 'ended'`)
  await run('analyze')
  const { rows } = await run(`select id || '#9' as wait from ${all} where kind = 'waiting' order by n`)
  return rows.map(({ wait }) => wait)
}
