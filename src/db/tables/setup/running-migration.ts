import type { Database } from '../system-database.ts'

/** The sessions that migrate the tables. One that said nothing for a moment may be between two statements, or done. */
interface RunningMigration {
  readonly isActive: boolean
  /** Another one once a session went on. */
  readonly mark: string
}

/**
 * The SDK migrates statement by statement on one connection and takes no lock: it is known by what it said last, in the
 * moments between two statements too.
 */
const migrates = `(a.state <> 'idle' or a.state_change > now() - interval '2 seconds')
  and (a.query ~* '^\\s*(create|alter|drop)\\M' and (strpos(a.query, quote_ident($1) || '.') > 0
         or strpos(a.query, '"' || $1 || '"') > 0)
       or a.query ~* '^\\s*(update|insert|select table_name)\\M.*dbos_migrations')`

/** Undefined where no session migrates these tables. */
export async function findRunningMigration({
  session,
  schema,
}: Database): Promise<RunningMigration | undefined> {
  const [found] = await session.query(
    `select bool_or(a.state <> 'idle') as is_active,
            string_agg(a.pid || ' since ' || a.query_start, ', ' order by a.pid) as mark
     from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid() and ${migrates}`,
    [schema.name],
  )
  if (typeof found?.mark !== 'string') return undefined
  return { isActive: found.is_active === true, mark: found.mark }
}
