import type { ClientBase } from 'pg'
import type { SendRequest } from '../core/store.ts'
import type { Session } from './connect.ts'
import { createDbosClient } from './dbos-client.ts'
import { workflowNotFound } from './failures.ts'
import type { SystemSchema } from './schema.ts'

export async function sendMessage(
  session: Session,
  schema: SystemSchema,
  request: SendRequest,
): Promise<'sent' | 'duplicate'> {
  return session.transaction(async (client) => {
    await deliverMessage(client, session, request)
    if (request.idempotencyKey === undefined) return 'sent'
    // DBOS ignores a message whose id is there already, and does not tell.
    const { rows } = await client.query(
      `select xmin = pg_current_xact_id()::xid as is_new from ${schema.table('notifications')} where message_uuid = $1`,
      [messageIdOf(request.workflowId, request.idempotencyKey)],
    )
    return rows[0]?.is_new === true ? 'sent' : 'duplicate'
  })
}

/** Writes the message with DBOS's own client, in the transaction of `client`. Throws `workflow-not-found`. */
export async function deliverMessage(
  client: ClientBase,
  session: Session,
  { workflowId, topic, message, idempotencyKey, portable }: SendRequest,
): Promise<void> {
  const dbos = await createDbosClient(session.target)
  try {
    await dbos.sendInTransaction(client, workflowId, message, topic ?? undefined, idempotencyKey, {
      ...(portable && { serializationType: 'portable' }),
    })
  } catch (error) {
    const { Error: failures } = await import('@dbos-inc/dbos-sdk')
    if (!(error instanceof failures.DBOSNonExistentWorkflowError)) throw error
    throw workflowNotFound(workflowId, session.target.label)
  }
}

/** The primary key that DBOS gives to a message which was sent with an idempotency key. */
export function messageIdOf(workflowId: string, idempotencyKey: string): string {
  return `${idempotencyKey}::${workflowId}`
}
