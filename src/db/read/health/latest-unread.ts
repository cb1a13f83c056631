import { pick } from '../../tables/define-table.ts'
import { notifications } from '../../tables/notifications.ts'
import type { Database } from '../../tables/system-database.ts'

/** No index has which messages were read, nor when they came: new ones stand at the end of the table. */
const lastPages = 300
const mostMessages = 250

/**
 * SQL for the latest messages that nobody read, as `id`, `topic` and `sent`: of those in the last pages of the table, however
 * large it is.
 */
export async function selectLatestUnread({ session, schema }: Database): Promise<string> {
  const n = notifications.in(schema, 'n')
  const [row] = await session.query(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages`,
    [String(notifications.in(schema))],
  )
  const firstPage = Number(row?.pages ?? 0) - lastPages
  const isLate = firstPage > 0 ? `and n.ctid >= '(${firstPage},0)'` : ''
  return `select ${pick(n, ['topic'])}, ${n.workflowId} as id, ${n.sentAt} as sent from ${n}
    where not ${n.read} ${isLate} order by ${n.sentAt} desc limit ${mostMessages}`
}
