import { lockKey, slotSession } from '../../core/dbos-names.ts'
import { type ExecutorIdentity, parseIdentity } from '../../core/run/executor-protocol.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import type { Query } from './read-sessions.ts'

/** The connection by which one of drover's own executors says that it lives, and who it is. */
export type Slot = ReturnType<typeof parseIdentity> & { readonly processId: number }

/**
 * Anybody may give a session such a name and say such words: only who holds the lock of that executor, and may write to
 * the workflows, is believed.
 */
export async function readSlots(query: Query, schema: SystemSchema): Promise<readonly Slot[]> {
  const sessions = await query(
    `select a.pid, a.query from pg_stat_activity a
     where a.datname = current_database() and a.application_name = $1 and a.query is not null`,
    [slotSession],
  )
  const claimed = sessions.flatMap((row) => {
    const identity = parseIdentity(String(row.query))
    return identity ? [{ ...identity, processId: Number(row.pid) }] : []
  })
  if (claimed.length === 0) return []
  const rows = await query(
    `select slot.pid from unnest($1::int[], $2::text[]) as slot(pid, executor)
     join pg_stat_activity a on a.pid = slot.pid
     join pg_locks l on l.pid = slot.pid and l.granted and l.locktype = 'advisory' and l.mode = 'ExclusiveLock'
       and l.objsubid = 1 and (l.classid::bigint << 32 | l.objid::bigint) = ${lockKey.slot('slot.executor')}
     where has_table_privilege(a.usesysid, $3, 'update')`,
    [
      claimed.map(({ processId }) => processId),
      claimed.map(({ executorId }) => executorId),
      String(workflowStatus.in(schema)),
    ],
  )
  const believed = new Set(rows.map(({ pid }) => Number(pid)))
  return claimed.filter(({ processId }) => believed.has(processId))
}

/** Where another schema of the same database has tables of DBOS, too, its executors are none of this one. */
export function isOfSchema({ schema }: Partial<ExecutorIdentity>, { name }: SystemSchema): boolean {
  return schema === undefined || schema === name
}
