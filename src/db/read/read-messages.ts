import type { Message } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { Database } from '../tables/database.ts'
import { decodeValue } from '../tables/decode.ts'
import { toDate, toText, toTopic } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'

export async function readMessages({ session, schema }: Database, workflowId: string): Promise<Message[]> {
  const rows = await session.query(
    `select ${messageColumns(schema, 'n')} from ${schema.table('notifications')} n
     where n.destination_uuid = $1 order by n.created_at_epoch_ms, n.message_uuid`,
    [workflowId],
  )
  return rows.map((row) => toMessage(workflowId, row))
}

export function messageColumns(schema: SystemSchema, alias: string): string {
  return `${alias}.topic, ${alias}.message, ${alias}.serialization, ${alias}.created_at_epoch_ms, ${alias}.consumed,
    ${schema.column('notifications', 'consumed_by_function_id', alias)} as consumed_by_function_id`
}

export function toMessage(workflowId: string, row: Row): Message {
  return {
    workflowId,
    topic: toTopic(row.topic),
    message: decodeValue(toText(row.message), toText(row.serialization)),
    sentAt: toDate(row.created_at_epoch_ms) ?? new Date(0),
    readByStep: row.consumed_by_function_id === null ? null : Number(row.consumed_by_function_id),
    read: row.consumed === true,
  }
}
