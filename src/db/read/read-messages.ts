import type { Message } from '../../core/workflow.ts'
import { messageColumns, notifications, toMessage } from '../tables/notifications.ts'
import type { Database } from '../tables/system-database.ts'

export async function readMessages({ session, schema }: Database, workflowId: string): Promise<Message[]> {
  const n = notifications.in(schema, 'n')
  const rows = await session.query(
    `select ${messageColumns(schema, 'n')} from ${n} where ${n.workflowId} = $1 order by ${n.sentAt}, ${n.id}`,
    [workflowId],
  )
  return rows.map((row) => toMessage(workflowId, row))
}
