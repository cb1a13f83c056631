import type pg from 'pg'
import { droverSession, isSessionOf, lockKey, sessionPrefix } from '../../core/dbos-names.ts'

/**
 * SQL: there is no sign of life of this executor, neither a session named after it nor its lock, which those that are not
 * drover's never take. What is found dead stays locked until the transaction ends: it cannot come to life meanwhile.
 */
export function isLifeless(executorId: string): string {
  return `(not exists (
      select from pg_stat_activity a
      where a.datname = current_database() and ${isSessionOf(executorId, 'a.application_name')})
    and pg_try_advisory_xact_lock_shared(${lockKey.slot(executorId)}))`
}

/** Those of these executors that show no sign of life, which stay locked until the transaction ends. */
export async function listLifeless(
  client: pg.ClientBase,
  executorIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query(
    `select executor from unnest($1::text[]) executor where ${isLifeless('executor')}`,
    [executorIds],
  )
  return new Set(rows.map(({ executor }) => String(executor)))
}

/**
 * Clients of this database that are neither drover's nor named as executors name themselves: an executor of another
 * language, or with a pool of its own, looks like that.
 */
export async function readUnknownSessions(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `select a.application_name as name, a.usename, count(*)::int as count from pg_stat_activity a
     where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
       and not starts_with(a.application_name, $1) and not starts_with(a.application_name, $2)
     group by 1, 2 order by 1, 2`,
    [sessionPrefix, droverSession],
  )
  return rows.map(({ name, usename, count }) => `${name || '(no name)'} of ${usename} (${count})`)
}
