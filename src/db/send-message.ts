import type { ClientBase } from 'pg'
import type { SendRequest } from '../core/store.ts'
import type { Session } from './connect.ts'
import { createDbosClient } from './dbos-client.ts'
import { workflowNotFound } from './follow.ts'
import type { SystemSchema } from './schema.ts'

export async function sendMessage(
  session: Session,
  schema: SystemSchema,
  request: SendRequest,
): Promise<'sent' | 'duplicate'> {
  return session.transaction(async (client) => {
    const { rows } = await client.query(
      `select exists(select 1 from ${schema.table('notifications')} where message_uuid = $2) as is_sent
       from ${schema.table('workflow_status')} where workflow_uuid = $1 for key share`,
      [request.workflowId, messageIdOf(request.workflowId, request.idempotencyKey)],
    )
    const [workflow] = rows
    if (!workflow) throw workflowNotFound(request.workflowId, session.target.label)
    if (workflow.is_sent === true) return 'duplicate'
    await deliverMessage(client, session, request)
    return 'sent'
  })
}

/** Writes the message with DBOS's own client, in the transaction of `client`. */
export async function deliverMessage(
  client: ClientBase,
  session: Session,
  { workflowId, topic, message, idempotencyKey }: SendRequest,
): Promise<void> {
  const dbos = await createDbosClient(session.target)
  await dbos.sendInTransaction(client, workflowId, message, topic ?? undefined, idempotencyKey)
}

/** The primary key that DBOS gives to a message which was sent with an idempotency key. */
export function messageIdOf(workflowId: string, idempotencyKey: string | undefined): string | null {
  return idempotencyKey === undefined ? null : `${idempotencyKey}::${workflowId}`
}
