import { toStatus, type WorkflowStatus } from '../../../core/workflow.ts'
import { pick } from '../../tables/define-table.ts'
import { notifications } from '../../tables/notifications.ts'
import { toText } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import { workflowStatus } from '../../tables/workflow-status.ts'

/** No index has which messages were read, nor when they came: new ones stand at the end of the table. */
const lastPages = 40
const mostMessages = 30

export interface UnreadMessage {
  readonly workflowId: string
  readonly name: string
  readonly status: WorkflowStatus
  /** As it is stored. */
  readonly topic: string
}

/**
 * The latest messages that nobody read, the last one first, with their workflows as far as those are there: of the messages in the
 * last pages of the table, however large it is.
 */
export async function readLatestUnread({ session, schema }: Database): Promise<readonly UnreadMessage[]> {
  const n = notifications.in(schema, 'n')
  const w = workflowStatus.in(schema, 'w')
  const [size] = await session.query(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages`,
    [String(notifications.in(schema))],
  )
  const firstPage = Number(size?.pages ?? 0) - lastPages
  const isLate = firstPage > 0 ? `and n.ctid >= '(${firstPage},0)'` : ''
  const rows = await session.query(
    `select unread.id, unread.topic, ${pick(w, ['name', 'status'])} from (
       select ${pick(n, ['topic'])}, ${n.workflowId} as id, ${n.sentAt} as sent from ${n}
       where not ${n.read} ${isLate} order by ${n.sentAt} desc limit ${mostMessages}
     ) unread join ${w} on ${w.id} = unread.id
     order by unread.sent desc, unread.id, unread.topic`,
  )
  return rows.map(({ id, name, status, topic }) => ({
    workflowId: String(id),
    name: toText(name) ?? '',
    status: toStatus(status),
    topic: String(topic),
  }))
}
