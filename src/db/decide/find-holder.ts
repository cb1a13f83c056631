import type { ClientBase } from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import type { Wait } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { toText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** A session with a transaction that others wait for. */
interface Holder {
  readonly role: string | null
  readonly processId: number | null
  readonly application: string | null
}

/** How long a decision waits for another one of the same wait. */
export const lockTimeoutSeconds = 5

export function heldByAnother(
  wait: Wait,
  { label }: DatabaseTarget,
  { role, processId, application }: Holder,
): CliError {
  const id = waitId(wait)
  const session = processId === null ? '' : ` (session ${processId}${application ? `, ${application}` : ''})`
  const who = role === null ? 'Another transaction' : `A transaction of role ${role}${session}`
  return new CliError(
    'lock-not-granted',
    `${who} has held ${id} in ${label} for more than ${lockTimeoutSeconds} s; nothing was decided.`,
    {
      hint:
        processId === null
          ? 'run the same command again'
          : `run the same command again, or end that session: select pg_terminate_backend(${processId})`,
      isTransient: true,
    },
  )
}

/** Who holds the row of a workflow, as far as it can be told once nobody waits for it any more: who has locks, and waits for none. */
export async function findHolder(client: ClientBase, schema: SystemSchema): Promise<Holder> {
  const { rows } = await client.query<Row>(
    `select a.usename::text as role, a.pid, a.application_name as application
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.relation = $1::regclass and l.mode in ('RowShareLock', 'RowExclusiveLock') and l.granted
       and l.pid <> pg_backend_pid() and not exists (select from pg_locks w where w.pid = l.pid and not w.granted)
     order by a.xact_start limit 1`,
    [String(workflowStatus.in(schema))],
  )
  const [row] = rows
  return {
    role: toText(row?.role),
    processId: row ? Number(row.pid) : null,
    application: toText(row?.application),
  }
}
