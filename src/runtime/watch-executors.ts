import type pg from 'pg'
import { sessionPrefix, slotSession } from '../core/dbos-names.ts'

/** Who does not answer for so long is asked on another connection. */
const longestSilenceMs = 5000

interface ExecutorWatch {
  /** Whether a session of an executor is gone since it was asked last; true for the first time. */
  hasLost(): Promise<boolean>
}

/** Sees that an executor may have died, without a look at any workflow. */
export function watchExecutors(pool: pg.Pool): ExecutorWatch {
  let before: ReadonlySet<string> | undefined
  return {
    hasLost: async () => {
      const now = await readSessions(pool)
      const known = before
      before = now
      return known === undefined || [...known].some((session) => !now.has(session))
    },
  }
}

/** An executor of the SDK by its name; one of drover's also by the connection that holds its lock. */
async function readSessions(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query({
    text: `select distinct case a.application_name when $1 then a.pid::text else a.application_name end as session
      from pg_stat_activity a
      where a.datname = current_database() and (a.application_name = $1 or starts_with(a.application_name, $2))`,
    values: [slotSession, sessionPrefix],
    query_timeout: longestSilenceMs,
  } as pg.QueryConfig)
  return new Set(rows.map(({ session }) => session))
}
