import type { Message } from '../../core/workflow.ts'
import { decodeValue } from './decode.ts'
import { defineTable, type Picked, pick } from './define-table.ts'
import { toDate, toText, toTopic } from './rows.ts'
import type { SystemSchema } from './schema.ts'

/** The messages to workflows. */
export const notifications = defineTable(
  'notifications',
  {
    id: 'message_uuid',
    workflowId: 'destination_uuid',
    topic: 'topic',
    message: 'message',
    serialization: 'serialization',
    sentAt: 'created_at_epoch_ms',
    read: 'consumed',
  },
  { readByStep: 'consumed_by_function_id' },
)

type MessageRow = Picked<'topic' | 'message' | 'serialization' | 'sentAt' | 'read' | 'readByStep'>

export function messageColumns(schema: SystemSchema, alias: string): string {
  const n = notifications.in(schema, alias)
  return pick(n, ['topic', 'message', 'serialization', 'sentAt', 'read', 'readByStep'])
}

export function toMessage(workflowId: string, row: MessageRow): Message {
  return {
    workflowId,
    topic: toTopic(row.topic),
    message: decodeValue(toText(row.message), toText(row.serialization)),
    sentAt: toDate(row.sentAt) ?? new Date(0),
    readByStep: row.readByStep === null ? null : Number(row.readByStep),
    read: row.read === true,
  }
}
