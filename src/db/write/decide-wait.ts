import type { ClientBase } from 'pg'
import { noTopic } from '../../core/dbos-names.ts'
import { deciderOf, isSameDecision } from '../../core/decide/decision.ts'
import type { DecisionOutcome, DecisionRequest, EarlierAnswer } from '../../core/decide/decision-record.ts'
import { isEnded, toStatus, type WorkflowStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { workflowNotFound } from '../connection/failures.ts'
import { decodeValue, needsPortable } from '../tables/decode.ts'
import { messageColumns, toMessage } from '../tables/notifications.ts'
import { requireRecord } from '../tables/record-table.ts'
import { toDate, toText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { findStored, recordDecision } from './record.ts'
import { deliverMessage, messageIdOf } from './send-message.ts'

/** Whoever names only the workflow may mean the wait that was just answered, for this long. */
const retryWindowMs = 10_000

/**
 * One decision for one wait, whoever comes first: the workflow's row is locked, and the message's id is made of the
 * wait, so that it cannot be sent twice. A wait that was decided says so for ever, also after the workflow ended.
 * The message and its record, or the record of why there is none, are one transaction.
 */
export async function decideWait(database: Database, request: DecisionRequest): Promise<DecisionOutcome> {
  const { session, schema } = database
  const { wait, topic, message, isRecorded = true } = request
  if (isRecorded) await requireRecord(database)
  return session.transaction(async (client) => {
    const workflow = await lockWorkflow(client, database, wait.workflowId)
    const { key, earlier } = await findDecision(client, schema, request, isRecorded)
    const obstacle = earlier ?? (await findObstacle(client, schema, request, key, workflow.status))
    const outcome = obstacle?.outcome ?? 'stored'
    const recordedAt = isRecorded
      ? await recordDecision(client, schema, workflow.name, key, request, outcome)
      : undefined
    if (obstacle) return obstacle
    const { workflowId } = wait
    const { portable } = workflow
    await deliverMessage(client, session, { workflowId, topic, message, idempotencyKey: key, portable })
    return { outcome: 'stored', at: recordedAt ?? workflow.now }
  })
}

interface LockedWorkflow {
  readonly status: WorkflowStatus
  readonly name: string
  /** Its SDK does not read what ours writes by default: it is written in Python, Go or Java. */
  readonly portable: boolean
  readonly now: Date
}

async function lockWorkflow(
  client: ClientBase,
  { session, schema }: Database,
  workflowId: string,
): Promise<LockedWorkflow> {
  const { rows } = await client.query<Row>(
    `select status, name, serialization, clock_timestamp() as now
     from ${schema.table('workflow_status')} where workflow_uuid = $1 for update`,
    [workflowId],
  )
  const [row] = rows
  if (!row) throw workflowNotFound(workflowId, session.target.label)
  return {
    status: toStatus(row.status),
    name: toText(row.name) ?? '',
    portable: needsPortable(toText(row.serialization)),
    now: row.now as Date,
  }
}

/**
 * The decision that this wait has, and the key under which it is, or would be. A workflow that was rewound to the very
 * step that waits asks again as of the same time, and its old message is gone: the next round of the same wait. A message
 * under the key of a decision that is not on record is none of drover's, where decisions are recorded.
 */
async function findDecision(
  client: ClientBase,
  schema: SystemSchema,
  request: DecisionRequest,
  isRecorded: boolean,
): Promise<{ readonly key: string; readonly earlier: DecisionOutcome | undefined }> {
  const { wait, topic, decision, message, force } = request
  const { workflowId } = wait
  let foreign: DecisionOutcome | undefined
  const firstKey = `${workflowId}:${wait.step}:${topic ?? ''}:${wait.since.getTime()}`
  for (let round = 1; ; round++) {
    const key = round === 1 ? firstKey : `${firstKey}:${round}`
    const stored = isRecorded ? await findStored(client, schema, key) : undefined
    const sent = await findMessage(client, schema, workflowId, 'n.message_uuid = $2', [
      messageIdOf(workflowId, key),
    ])
    if (!sent && stored) continue
    if (!sent) return { key, earlier: force ? undefined : foreign }
    if (isRecorded && !stored) {
      foreign ??= { outcome: 'foreign-message', ...sent }
      continue
    }
    const isSame = isSameDecision(sent.message, message) && (stored?.decision ?? decision) === decision
    const outcome = isSame ? 'repeated' : 'decided-otherwise'
    return { key, earlier: { outcome, ...sent, by: stored?.by ?? deciderOf(sent.message) } }
  }
}

/** Why this wait can no longer be answered: in what was read of it since, somebody or something came first. */
async function findObstacle(
  client: ClientBase,
  schema: SystemSchema,
  { wait, topic, force, isByWorkflow }: DecisionRequest,
  key: string,
  status: WorkflowStatus,
): Promise<Exclude<DecisionOutcome, { outcome: 'stored' }> | undefined> {
  const { workflowId, step } = wait
  const find = (condition: string, ...parameters: unknown[]) =>
    findMessage(client, schema, workflowId, condition, parameters)
  const before = isByWorkflow
    ? await find(
        `starts_with(n.message_uuid, $2) and n.message_uuid <> $3 and n.consumed
         and n.created_at_epoch_ms > extract(epoch from clock_timestamp()) * 1000 - ${retryWindowMs}`,
        `${workflowId}:`,
        messageIdOf(workflowId, key),
      )
    : undefined
  if (before) return { outcome: 'decided-before', ...before, by: deciderOf(before.message) }
  if (force) return undefined
  if (isEnded(status)) return { outcome: 'ended', status }
  const { rows } = await client.query<Row>(
    `select o.function_id, o.output, o.serialization, o.completed_at_epoch_ms,
       (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
     from ${schema.table('operation_outputs')} o where o.workflow_uuid = $1 and o.function_id in ($2, $2 + 1)`,
    [workflowId, step],
  )
  const answer = rows.find((row) => row.function_id === step)
  const read = answer && decodeValue(toText(answer.output), toText(answer.serialization))
  if (answer && read !== null && read !== undefined) {
    const at = toDate(answer.completed_at_epoch_ms) ?? wait.since
    return { outcome: 'foreign-message', message: read, at, by: null }
  }
  const timeout = rows.find((row) => row.function_id === step + 1)
  const until = (timeout && toDeadline(timeout)) ?? wait.until
  if (until && (answer || until.getTime() < Number(timeout?.now_ms ?? Date.now()))) {
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
): Promise<EarlierAnswer | undefined> {
  const { rows } = await client.query<Row>(
    `select ${messageColumns(schema, 'n')} from ${schema.table('notifications')} n
     where n.destination_uuid = $1 and ${condition} order by n.created_at_epoch_ms limit 1`,
    [workflowId, ...parameters],
  )
  if (!rows[0]) return undefined
  const { message, sentAt } = toMessage(workflowId, rows[0])
  return { message, at: sentAt, by: null }
}

function toDeadline(row: Row): Date | null {
  const epochMs = decodeValue(toText(row.output), toText(row.serialization))
  return typeof epochMs === 'number' ? toDate(epochMs) : null
}
