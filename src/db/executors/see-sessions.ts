import type pg from 'pg'

interface SessionSight {
  /** By the clock of the database. */
  readonly at: Date
  /** How long the server has been up. */
  readonly upMs: number
  readonly seesSessions: boolean
  readonly isPooled: boolean
  /** Why a living process could look dead from here; null when it could not. */
  readonly obstacle: string | null
}

/** Whether this connection shows who else is connected. */
export async function seeSessions(client: pg.ClientBase): Promise<SessionSight> {
  const { rows } = await client.query(`
    select pg_is_in_recovery() as is_replica, pg_backend_pid() as backend_pid, clock_timestamp() as at,
           pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_sessions,
           extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000 as up_ms`)
  const { is_replica, backend_pid, at, sees_sessions, up_ms } = rows[0]
  const { processID } = client as pg.ClientBase & { readonly processID?: number }
  // Between us and the server a pooler answers with a process id of its own.
  const isPooled = processID !== backend_pid
  const seesSessions = sees_sessions === true
  const obstacle = obstacleTo({ isReplica: is_replica === true, seesSessions, isPooled })
  return { at, upMs: Number(up_ms), seesSessions, isPooled, obstacle }
}

function obstacleTo(sight: {
  readonly isReplica: boolean
  readonly seesSessions: boolean
  readonly isPooled: boolean
}): string | null {
  if (sight.isReplica) return 'the sessions of executors are on the primary, and this is a read replica'
  if (!sight.seesSessions) return 'this role cannot see the sessions of others'
  return sight.isPooled ? 'a connection pooler hides the sessions of others' : null
}
