import type { RetainedBatch, RetentionBatch, RetentionPlace } from '../../core/manage/retention.ts'
import type { Row } from '../connection/connect.ts'
import { changeOnRecord } from '../record/find-recorder.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { deleteRows } from '../write/delete-rows.ts'
import { type EndedKind, endedKinds, isNobodysChild } from './ended-workflows.ts'

export async function deleteEnded(
  database: Database,
  { boundary, limit, from }: RetentionBatch,
): Promise<RetainedBatch> {
  const kinds = endedKinds(database.schema)
  const index = from === undefined ? 0 : kinds.findIndex(({ by }) => by === from.by)
  const kind = kinds[index]
  if (!kind) return { deleted: 0, next: undefined }
  const found = await deleteSome(database, kind, { boundary, limit, from })
  const nextKind = kinds[index + 1]
  const next =
    found.count === limit ? { by: kind.by, atMs: found.lastMs } : nextKind && { by: nextKind.by, atMs: 0 }
  return { deleted: found.count, next }
}

/**
 * From where the last batch stopped, so that what it left behind in the index is not walked over again and again; who is
 * locked is skipped, so that nobody waits for anybody.
 */
function deleteSome(
  database: Database,
  { column, isEnded }: EndedKind,
  { boundary, limit, from }: RetentionBatch & { readonly from: RetentionPlace | undefined },
): Promise<{ readonly count: number; readonly lastMs: number }> {
  const { schema } = database
  const w = workflowStatus.in(schema, 'w')
  return changeOnRecord(database, 'retain', async (client, record) => {
    const { rows } = await client.query<Row>(
      `select ${w.id} as id, ${column} as at from ${w}
       where ${isEnded} and ${column} < $1 and ${column} >= $2 and ${isNobodysChild(schema)}
       order by ${column} limit $3 for update of w skip locked`,
      [boundary.getTime(), from?.atMs ?? 0, limit],
    )
    const workflowIds = rows.map(({ id }) => String(id))
    const last = rows.at(-1)
    if (!last) return { count: 0, lastMs: 0 }
    await record({ workflowIds, before: { endedBefore: boundary.toISOString() } })
    await deleteRows(client, schema, workflowIds)
    return { count: rows.length, lastMs: Number(last.at) }
  })
}
