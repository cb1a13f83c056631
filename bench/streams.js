const batch = 100_000

const usualBytes = 84
const usualText = 'twenty characters...'

/** A stream of an ended workflow, its values as the SDK writes them. */
export async function fillStream(world, id, count, bytes = usualBytes) {
  await world.start('streams', id, 0, 0)
  await world.client.send(id, 1, 'go')
  await world.client.retrieveWorkflow(id).getResult()
  const table = 'dbos.streams'
  await world.database.query(`delete from ${table} where workflow_uuid = $1`, [id])
  const text = usualText.padEnd(usualText.length + bytes - usualBytes, 'a few words of a text, ')
  const rows = Math.ceil((batch * usualBytes) / bytes)
  for (let first = 0; first < count; first += rows) {
    await world.database.query(
      `insert into ${table} (workflow_uuid, key, "offset", value, function_id, serialization)
       select $1, 'values', n, '{"json":{"index":' || lpad(n::text, 7, '1') || ',"text":"' || $4::text || '"},"__dbos_serializer":"superjson"}',
         n, 'js_superjson' from generate_series($2::int, $3::int - 1) n`,
      [id, first, Math.min(first + rows, count), text],
    )
  }
  await world.database.query(`vacuum analyze ${table}`)
}
