import type { ClientBase } from 'pg'
import { isSameDecision } from '../core/decision.ts'
import type { DecisionOutcome, DecisionRequest } from '../core/store.ts'
import { isEnded, type JsonValue, type WorkflowStatus } from '../core/workflow.ts'
import type { Row, Session } from './connect.ts'
import { decodeValue } from './decode.ts'
import { workflowNotFound } from './failures.ts'
import { messageColumns, toMessage } from './read-messages.ts'
import { noTopic, toDate, toText } from './rows.ts'
import type { SystemSchema } from './schema.ts'
import { deliverMessage, messageIdOf } from './send-message.ts'

/**
 * One decision for one wait, whoever comes first: the workflow's row is locked, and the message's id is made of the
 * wait, so that it cannot be sent twice. A wait that was decided says so for ever, also after the workflow ended.
 */
export async function decideWait(
  session: Session,
  schema: SystemSchema,
  request: DecisionRequest,
): Promise<DecisionOutcome> {
  const { wait, topic, message, force } = request
  const { workflowId } = wait
  const idempotencyKey = `${workflowId}:${wait.step}:${topic ?? ''}:${wait.since.getTime()}`
  return session.transaction(async (client) => {
    const status = await lockWorkflow(client, session, schema, workflowId)
    const earlier = await findMessage(client, schema, workflowId, 'n.message_uuid = $2', [
      messageIdOf(workflowId, idempotencyKey),
    ])
    if (earlier) {
      const outcome = isSameDecision(earlier.message, message) ? 'repeated' : 'decided-otherwise'
      return { outcome, ...earlier }
    }
    const obstacle = force ? undefined : await findObstacle(client, schema, request, status)
    if (obstacle) return obstacle
    await deliverMessage(client, session, { workflowId, topic, message, idempotencyKey })
    return { outcome: 'stored' }
  })
}

async function lockWorkflow(
  client: ClientBase,
  session: Session,
  schema: SystemSchema,
  workflowId: string,
): Promise<WorkflowStatus> {
  const { rows } = await client.query<Row>(
    `select status from ${schema.table('workflow_status')} where workflow_uuid = $1 for update`,
    [workflowId],
  )
  if (!rows[0]) throw workflowNotFound(workflowId, session.target.label)
  return rows[0].status as WorkflowStatus
}

/** Why this wait can no longer be answered: in what was read of it since, somebody or something came first. */
async function findObstacle(
  client: ClientBase,
  schema: SystemSchema,
  { wait, topic }: DecisionRequest,
  status: WorkflowStatus,
): Promise<DecisionOutcome | undefined> {
  if (isEnded(status)) return { outcome: 'ended', status }
  const find = (condition: string, parameter: unknown) =>
    findMessage(client, schema, wait.workflowId, condition, [parameter])
  const readInstead = schema.has('notifications', 'consumed_by_function_id')
    ? await find('n.consumed_by_function_id = $2', wait.step)
    : undefined
  if (readInstead) return { outcome: 'foreign-message', ...readInstead }
  const { rows } = await client.query<Row>(
    `select o.function_id, o.output, o.serialization, (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
     from ${schema.table('operation_outputs')} o where o.workflow_uuid = $1 and o.function_id in ($2, $2 + 1)`,
    [wait.workflowId, wait.step],
  )
  const isOver = rows.some((row) => row.function_id === wait.step)
  const timeout = rows.find((row) => row.function_id === wait.step + 1)
  const until = (timeout && toDeadline(timeout)) ?? wait.until
  if (until && (isOver || until.getTime() < Number(timeout?.now_ms ?? Date.now()))) {
    return { outcome: 'deadline-passed', until }
  }
  const unread = await find('not n.consumed and n.topic = $2', topic ?? noTopic)
  return unread && { outcome: 'foreign-message', ...unread }
}

async function findMessage(
  client: ClientBase,
  schema: SystemSchema,
  workflowId: string,
  condition: string,
  parameters: readonly unknown[],
): Promise<{ readonly message: JsonValue; readonly sentAt: Date } | undefined> {
  const { rows } = await client.query<Row>(
    `select ${messageColumns(schema, 'n')} from ${schema.table('notifications')} n
     where n.destination_uuid = $1 and ${condition} order by n.created_at_epoch_ms limit 1`,
    [workflowId, ...parameters],
  )
  if (!rows[0]) return undefined
  const { message, sentAt } = toMessage(workflowId, rows[0])
  return { message, sentAt }
}

function toDeadline(row: Row): Date | null {
  const epochMs = decodeValue(toText(row.output), toText(row.serialization))
  return typeof epochMs === 'number' ? toDate(epochMs) : null
}
