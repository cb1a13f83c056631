import type pg from 'pg'

/** Name of the connection that only looks, and so counts as nobody. */
export const onlookerName = 'drover status'

/** Names of the sessions that others have open. */
export async function otherClients(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select coalesce(nullif(application_name, ''), 'unnamed, process ' || pid) as name
       from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> $1
      order by backend_start`,
    [onlookerName],
  )
  return rows.map(({ name }) => name)
}
