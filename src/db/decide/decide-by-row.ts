import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { Decision, DecisionOutcome, Verdict } from '../../core/decide/decision.ts'
import {
  type DecisionFacts,
  judgeDecision,
  type SentMessage,
  type StoredDecision,
} from '../../core/decide/judge-decision.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import { toStatus, type WorkflowStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { isLockTimeout, workflowNotFound } from '../connection/failures.ts'
import { decodeValue, needsPortable } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { messageColumns, notifications, toMessage } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { toDate, toText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { deliverMessage } from '../write/send-message.ts'
import { findHolder, heldByAnother, lockTimeoutSeconds } from './find-holder.ts'
import type { RecordKind } from './open-record.ts'
import { writtenColumns } from './record-table.ts'

/**
 * Decides without the function: where nobody records decisions, and where an older record is written by deciders
 * themselves. The lock on the workflow's row lets one after the other decide.
 */
export async function decideByRow(
  database: Database,
  decision: Decision,
  record: Exclude<RecordKind, 'function'>,
): Promise<DecisionOutcome> {
  const { session, schema } = database
  const { workflowId } = decision.wait
  try {
    return await session.transaction(async (client) => {
      await client.query(`set local lock_timeout = '${lockTimeoutSeconds}s'`)
      const workflow = await lockWorkflow(client, database, workflowId)
      const facts = await readFacts(client, schema, decision, workflow, record === 'table')
      const { key, refusal } = judgeDecision(facts, decision)
      const outcome = refusal?.outcome ?? 'stored'
      const recordedAt =
        record === 'table'
          ? await recordDecision(client, decision, { schema, workflow, key, outcome })
          : undefined
      if (refusal) return refusal
      const { portable } = workflow
      const { topic, message } = decision
      await deliverMessage(client, session, { workflowId, topic, message, idempotencyKey: key, portable })
      return { outcome: 'stored', at: recordedAt ?? workflow.now }
    })
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    const holder = await session.transaction((client) => findHolder(client, schema))
    throw heldByAnother(decision.wait, session.target, holder)
  }
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
  const w = workflowStatus.in(schema)
  const { rows } = await client.query<Row>(
    `select ${pick(w, ['status', 'name', 'serialization'])}, clock_timestamp() as now
     from ${w} where ${w.id} = $1 for update`,
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

async function readFacts(
  client: ClientBase,
  schema: SystemSchema,
  { wait }: Decision,
  { status, now }: LockedWorkflow,
  isRecorded: boolean,
): Promise<DecisionFacts> {
  const { workflowId, step, since } = wait
  const n = notifications.in(schema, 'n')
  const o = operationOutputs.in(schema)
  const { rows: sent } = await client.query<Row>(
    `select ${n.id} as id, ${messageColumns(schema, 'n')} from ${n}
     where ${n.workflowId} = $1 and (not ${n.read} or starts_with(${n.id}, $1 || ':'))
     order by ${n.sentAt}, ${n.id}`,
    [workflowId],
  )
  const { rows: steps } = await client.query<Row>(
    `select ${pick(o, ['step', 'output', 'serialization', 'completedAt'])} from ${o}
     where ${o.workflowId} = $1 and ${o.step} in ($2, $2 + 1)`,
    [workflowId, step],
  )
  const taken = steps.find((row) => row.step === step)
  const timer = steps.find((row) => row.step === step + 1)
  return {
    now,
    status,
    messages: sent.map((row): SentMessage => {
      const { topic, message, sentAt, read } = toMessage(workflowId, row)
      return { messageId: String(row.id), topic, message, sentAt, read }
    }),
    recorded: isRecorded ? await readStored(client, schema, workflowId) : undefined,
    taken: taken && { message: toValue(taken), at: toDate(taken.completedAt) ?? since },
    until: (timer && toDeadline(timer)) ?? wait.until,
  }
}

async function readStored(
  client: ClientBase,
  schema: SystemSchema,
  workflowId: string,
): Promise<StoredDecision[]> {
  const { rows } = await client.query<Row>(
    `select wait_key, step, decision, actor, at from drover.decisions
     where system_schema = $1 and workflow_id = $2 and outcome = 'stored' order by id`,
    [schema.name, workflowId],
  )
  return rows.map((row) => ({
    key: String(row.wait_key),
    step: Number(row.step),
    verdict: row.decision as Verdict,
    by: String(row.actor),
    at: row.at as Date,
  }))
}

function toValue(row: Row) {
  return decodeValue(toText(row.output), toText(row.serialization))
}

function toDeadline(row: Row): Date | null {
  const epochMs = toValue(row)
  return typeof epochMs === 'number' ? toDate(epochMs) : null
}

interface Recording {
  readonly schema: SystemSchema
  readonly workflow: LockedWorkflow
  readonly key: string
  readonly outcome: DecisionOutcome['outcome']
}

/** Returns the time, by the database's clock. */
async function recordDecision(
  client: ClientBase,
  { wait, topic, verdict, message, actor, comment, force = false }: Decision,
  { schema, workflow, key, outcome }: Recording,
): Promise<Date> {
  const hash = createHash('sha256').update(stringifyExact(message)).digest('hex')
  const values = [
    ...[schema.name, wait.workflowId, workflow.name, wait.step, topic, key, verdict, outcome, force],
    ...[actor.name, actor.source, comment, hash],
  ]
  const { rows } = await client.query<Row>(
    `insert into drover.decisions (${writtenColumns.join(', ')})
     values (${writtenColumns.map((_, index) => `$${index + 1}`).join(', ')}) returning at`,
    values,
  )
  return rows[0]?.at as Date
}
