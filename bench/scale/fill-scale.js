const day = 86_400_000
const batch = 250_000
const tables = [
  ...['workflow_status', 'workflow_input', 'workflow_output', 'operation_outputs', 'notifications'],
  ...['workflow_events', 'workflow_events_history', 'streams'],
]

/**
 * Fills the system tables with `count` workflows of the last 30 days, of which `active` are active, whatever the count:
 * half of those the newest, half anywhere. With payloads, three steps each, messages, events; and one of 100,000 steps and stream values. What was there
 * goes.
 */
export async function fillScale(database, count, { longSteps = 100_000, active = 20_000 } = {}) {
  const run = (sql) => database.query(sql)
  const nowMs = Date.now()
  const stepMs = (30 * day) / count
  const isNewest = `n > ${count - active / 2}`
  const gap = Math.round(count / (active / 2))
  const isAnywhere = `n % ${gap} = ${gap / 2}`
  // In turns among those, and in runs of a hundred of the newest, however many there are.
  const turn = `case when ${isNewest} then n / 100 else n / ${gap} end`
  const status = `case
      when ${isNewest} or ${isAnywhere} then (array['PENDING', 'PENDING', 'PENDING', 'ENQUEUED', 'DELAYED'])[1 + (${turn}) % 5]
      when n % 97 = 1 then 'ERROR' when n % 499 = 1 then 'CANCELLED'
      when n % 49999 = 1 then 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' else 'SUCCESS' end`
  const isActive = `status in ('PENDING', 'ENQUEUED', 'DELAYED')`
  await run(`truncate ${tables.map((name) => `dbos.${name}`).join(', ')}`)
  for (let first = 1; first <= count; first += batch) {
    const last = Math.min(count, first + batch - 1)
    const all = `(select n, 'scale-' || n as id, ${status} as status,
        ${nowMs - 30 * day} + (n::bigint * ${stepMs})::bigint as at from generate_series(${first}, ${last}) n) w`
    await run(`insert into dbos.workflow_status (workflow_uuid, status, name, class_name, executor_id, application_version,
        application_name, queue_name, delay_until_epoch_ms, created_at, started_at_epoch_ms, completed_at, updated_at,
        recovery_attempts, serialization, parent_workflow_id)
      select id, status, case when n = ${count >> 1} then 'rare' else 'workflow-' || n % 20 end,
        case when n % 20 = 3 then 'Shop' end,
        case when status in ('ENQUEUED', 'DELAYED') then '' else 'executor-' || n % 8 end,
        case when status in ('ENQUEUED', 'DELAYED') and n % 3 = 0 then null else 'v' || n % 4 end, 'shop',
        case when status in ('ENQUEUED', 'DELAYED') or n % 2 = 0 then 'queue-' || n % 5 end,
        case when status = 'DELAYED' then at + 5 * ${day} end,
        at, case when status not in ('ENQUEUED', 'DELAYED') then at end,
        case when not ${isActive} then at + 500 end, at, 1, 'js_superjson', case when n % 1000 = 7 then 'scale-' || n - 1 end
      from ${all}`)
    const envelope = (json) => `'{"json":' || ${json} || ',"__dbos_serializer":"superjson"}'`
    await run(`insert into dbos.workflow_input (workflow_uuid, inputs)
      select id, ${envelope(`'["order-' || n || '",' || n || ']'`)} from ${all}`)
    await run(`insert into dbos.workflow_output (workflow_uuid, output, error)
      select id, case when status = 'SUCCESS' then ${envelope('n')} end,
        case when status = 'ERROR' then ${envelope(`'{"name":"Error","message":"declined"}'`)} end
      from ${all} where not ${isActive}`)
    // The last step of who waits is the timeout of what it waits for.
    const waits = `(status = 'PENDING' and n % 2 = 0)`
    await run(`insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization,
        started_at_epoch_ms, completed_at_epoch_ms)
      select id, case when s = 2 and ${waits} then 3 else s end,
        case when s < 2 then 'work' when ${waits} then 'DBOS.sleep' else 'DBOS.recv' end,
        ${envelope(`case when s = 2 and ${waits} then (at + 90 * ${day}::bigint)::text else 'true' end`)}, 'js_superjson',
        at + s, at + s
      from ${all}, generate_series(0, 2) s where status not in ('ENQUEUED', 'DELAYED')`)
    await run(`insert into dbos.streams (workflow_uuid, key, "offset", value, function_id, serialization)
      select id, 'log', 0, ${envelope('n')}, 1, 'js_superjson' from ${all} where n % 10 = 3`)
    await run(`insert into dbos.notifications (message_uuid, destination_uuid, topic, message, serialization,
        created_at_epoch_ms, consumed, consumed_by_function_id)
      select 'm-' || id, id, 'paid', ${envelope(`'{"approved":true}'`)}, 'js_superjson', at + 1, not ${isActive} and n % 5000 <> 5, 2
      from ${all} where n % 5 = 0 and not (${isActive} and n % ${2 * gap} <> ${gap / 2})`)
    // As many whatever the gap is a multiple of.
    const asks = `(${waits} and (n + n / ${gap}) % 4 = 0)`
    const asked = `case when ${asks} then 'awaiting:paid' else 'progress' end`
    await run(`insert into dbos.workflow_events (workflow_uuid, key, value, serialization)
      select id, ${asked}, ${envelope(`'"Pay?"'`)}, 'js_superjson' from ${all} where ${asks} or n % 10 = 0`)
    await run(`insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value, serialization)
      select id, 1, ${asked}, ${envelope(`'"Pay?"'`)}, 'js_superjson' from ${all} where ${asks} or n % 10 = 0`)
  }
  await run(`insert into dbos.application_versions (version_id, version_name, version_timestamp, application_name)
    select 'scale-' || n, 'v' || n, ${nowMs} + n, 'shop' from generate_series(0, 3) n on conflict do nothing`)
  await run(`insert into dbos.queues (queue_id, name, application_name)
    select 'scale-' || n, 'queue-' || n, 'shop' from generate_series(0, 4) n on conflict do nothing`)
  await run(`insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, application_name,
      created_at, started_at_epoch_ms, updated_at, recovery_attempts, serialization)
    values ('scale-long', 'PENDING', 'long', 'executor-1', 'v1', 'shop', ${nowMs}, ${nowMs}, ${nowMs}, 1, 'js_superjson')`)
  await run(`insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization,
      started_at_epoch_ms, completed_at_epoch_ms)
    select 'scale-long', s, 'work-' || s % 7, '{"json":"' || repeat('x', 1000) || '","__dbos_serializer":"superjson"}', 'js_superjson', ${nowMs} + s, ${nowMs} + s
    from generate_series(0, ${longSteps - 1}) s`)
  await run(`insert into dbos.streams (workflow_uuid, key, "offset", value, function_id, serialization)
    select 'scale-long', 'values', s, '{"json":' || s || ',"__dbos_serializer":"superjson"}', s, 'js_superjson'
    from generate_series(0, ${longSteps - 1}) s`)
}
