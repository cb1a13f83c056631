import type pg from 'pg'
import { internalQueue } from '../../core/dbos-names.ts'
import type { HandedOver } from '../../core/run/runtime.ts'
import { pick } from '../tables/define-table.ts'
import type { TableNames } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

export interface PutBack {
  readonly executorIds: readonly string[]
  readonly application: string | null
  readonly version: string | null
  /** The version that shall take them; the same by default. */
  readonly toVersion?: string
  /** Only these. */
  readonly workflowIds?: readonly string[]
  /** Only of these names. */
  readonly registered?: readonly { readonly name: string; readonly className: string | null }[]
  /** Attempts that shall not count: who leaves in order has not failed. */
  readonly attemptsBack?: number
  /** Only what did not change since: a new process may have the same id, and may have begun. */
  readonly unchangedSince?: Date
}

/** From PENDING back on its queue, or on the one that every executor polls. Ordered by id, as all are locked that are changed at once. */
export async function putBack(
  client: pg.ClientBase | pg.Pool,
  schema: TableNames,
  { executorIds, application, version, toVersion, workflowIds, registered, ...more }: PutBack,
): Promise<HandedOver[]> {
  const w = workflowStatus.in(schema, 'w')
  const settings = workflowStatus.set(schema, {
    status: `'ENQUEUED'`,
    startedAt: 'null',
    ownerXid: 'null',
    queue: `coalesce(${w.queue}, $4)`,
    version: `coalesce($5, ${w.version})`,
    recoveryAttempts: `greatest(${w.recoveryAttempts} - $6, 0)`,
    updatedAt: '(extract(epoch from now()) * 1000)::bigint',
  })
  const { rows } = await client.query(
    `with held as materialized (
       select ${w.id} as id from ${w}
       where ${w.status} = 'PENDING' and ${w.executorId} = any($1)
         and ${w.application} is not distinct from $2::text and ${w.version} is not distinct from $3
         and ($7::text[] is null or ${w.id} = any($7))
         and ($8::text[] is null or ${isRegistered(w, 8)})
         and ($10::bigint is null or greatest(${w.updatedAt}, ${w.startedAt}) <= $10)
       order by ${w.id} for update
     )
     update ${w} set ${settings} from held h where ${w.id} = h.id
     returning ${pick(w, ['id', 'queue', 'executorId'])}`,
    [
      executorIds,
      application,
      version,
      internalQueue,
      toVersion ?? null,
      more.attemptsBack ?? 0,
      workflowIds ?? null,
      ...(registered ? toNameArrays(registered) : [null, null]),
      more.unchangedSince?.getTime() ?? null,
    ],
  )
  return rows
    .map((row) => ({ workflowId: row.id, queue: row.queue, executorId: row.executorId }))
    .sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1))
}

/** SQL: name and class are among two parameters of that number and the next one, which `toNameArrays` gives. */
export function isRegistered(
  w: { readonly name: string; readonly className: string },
  first: number,
): string {
  return `(${w.name}, coalesce(${w.className}, '')) in (select * from unnest($${first}::text[], $${first + 1}::text[]))`
}

export function toNameArrays(
  workflows: readonly { readonly name: string; readonly className: string | null }[],
): readonly [string[], string[]] {
  return [workflows.map(({ name }) => name), workflows.map(({ className }) => className ?? '')]
}
