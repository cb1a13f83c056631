import { isDeepStrictEqual } from 'node:util'
import type { ClientBase } from 'pg'
import type { SendOutcome, SendRequest } from '../../core/run/start.ts'
import { withMarks } from '../../core/words/exact-number.ts'
import { isEnded, toStatus } from '../../core/workflow.ts'
import type { Row, Session } from '../connection/connect.ts'
import { createDbosClient, keepingDigits } from '../connection/dbos-client.ts'
import { isConnectionLoss, workflowNotFound } from '../connection/failures.ts'
import { readWaits } from '../read/read-waits.ts'
import { findRecorder } from '../record/find-recorder.ts'
import { needsPortable } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { messageColumns, notifications, toMessage } from '../tables/notifications.ts'
import { toText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** What was sent under the key is told of a workflow that has ended, too: it may have ended because of it. */
export async function sendMessage(database: Database, request: SendRequest): Promise<SendOutcome> {
  const { session, schema } = database
  const answered = await findAnswered(database, request)
  return session.transaction(async (client) => {
    const earlier = await compareWithEarlier(client, schema, request)
    if (earlier) return earlier.outcome
    if (request.onlyActive && (await hasEnded(client, schema, request))) return 'ended'
    const portable = request.portable ?? (await isPortable(client, schema, request))
    await deliverMessage(client, session, { ...request, portable })
    // DBOS ignores a message whose id is there already, and does not tell.
    const stored = await compareWithEarlier(client, schema, request)
    if (stored?.isNew === false) return stored.outcome
    await answered?.record(client)
    return 'sent'
  })
}

interface Answered {
  /** In the transaction of the message, which is sent also where this fails. */
  record(client: ClientBase): Promise<void>
}

/** A question that this message answers without a decision, where that can be put on record. */
async function findAnswered(
  database: Database,
  { workflowId, topic }: SendRequest,
): Promise<Answered | undefined> {
  const { signature } = database
  if (!signature || signature.recording === 'off') return undefined
  const waits = await readWaits(database, [workflowId])
  const wait = waits.find((one) => one.asked && one.topic === topic)
  if (!wait) return undefined
  const recorder = await findRecorder({ ...database, signature: { ...signature, recording: 'on' } }, 'send')
  if (!recorder) return undefined
  return {
    record: async (client) => {
      await client.query('savepoint record')
      try {
        await recorder.done(client, 'send', [{ workflowId, after: { step: wait.step } }])
      } catch (error) {
        if (isConnectionLoss(error)) throw error
        await client.query('rollback to savepoint record')
        signature.onUnrecorded({ reason: 'no-record' })
      }
    },
  }
}

interface Earlier {
  readonly outcome: 'duplicate' | 'used-otherwise'
  /** Of this transaction. */
  readonly isNew: boolean
}

async function compareWithEarlier(
  client: ClientBase,
  schema: SystemSchema,
  { workflowId, topic, message, idempotencyKey }: SendRequest,
): Promise<Earlier | undefined> {
  const n = notifications.in(schema, 'n')
  if (idempotencyKey === undefined) return undefined
  const { rows } = await client.query<Row>(
    `select ${messageColumns(schema, 'n')}, n.xmin = pg_current_xact_id()::xid as is_new
     from ${n} where ${n.id} = $1`,
    [messageIdOf(workflowId, idempotencyKey)],
  )
  const [row] = rows
  if (!row) return undefined
  const earlier = toMessage(workflowId, row)
  const isSame = earlier.topic === topic && isDeepStrictEqual(earlier.message, message)
  return { outcome: isSame ? 'duplicate' : 'used-otherwise', isNew: row.is_new === true }
}

async function hasEnded(
  client: ClientBase,
  schema: SystemSchema,
  { workflowId }: SendRequest,
): Promise<boolean> {
  const w = workflowStatus.in(schema, 'w')
  const { rows } = await client.query<Row>(`select ${pick(w, ['status'])} from ${w} where ${w.id} = $1`, [
    workflowId,
  ])
  return rows[0] !== undefined && isEnded(toStatus(rows[0].status))
}

async function isPortable(
  client: ClientBase,
  schema: SystemSchema,
  { workflowId }: SendRequest,
): Promise<boolean> {
  const w = workflowStatus.in(schema, 'w')
  const { rows } = await client.query<Row>(
    `select ${pick(w, ['serialization'])} from ${w} where ${w.id} = $1`,
    [workflowId],
  )
  return needsPortable(toText(rows[0]?.serialization))
}

/** Writes the message with DBOS's own client, in the transaction of `client`. Throws `workflow-not-found`. */
export async function deliverMessage(
  client: ClientBase,
  session: Session,
  { workflowId, topic, message, idempotencyKey, portable }: SendRequest,
): Promise<void> {
  const dbos = await createDbosClient(session.target)
  try {
    const exact = withMarks(message)
    await dbos.sendInTransaction(
      keepingDigits(client),
      workflowId,
      exact,
      topic ?? undefined,
      idempotencyKey,
      {
        ...(portable && { serializationType: 'portable' }),
      },
    )
  } catch (error) {
    const { Error: failures } = await import('@dbos-inc/dbos-sdk')
    if (!(error instanceof failures.DBOSNonExistentWorkflowError)) throw error
    throw workflowNotFound(workflowId, session.target.label)
  }
}

/** A message as DBOS's own client writes it. */
export interface EncodedMessage {
  readonly text: string
  readonly serialization: string
}

/** Has DBOS's own client write the message, and takes it from what would have been sent. */
export async function encodeMessage(
  session: Session,
  request: Pick<SendRequest, 'workflowId' | 'message' | 'portable'>,
): Promise<EncodedMessage> {
  let encoded: EncodedMessage | undefined
  const query = async (_sql: string, [, , text, serialization]: readonly unknown[]) => {
    encoded = { text: String(text), serialization: String(serialization) }
    return { rows: [] }
  }
  const pretended = Object.create(null, { query: { value: query } })
  await deliverMessage(pretended, session, { ...request, topic: null })
  if (!encoded) throw new Error('the client of DBOS sends in another way')
  return encoded
}

/** The primary key that DBOS gives to a message which was sent with an idempotency key. */
function messageIdOf(workflowId: string, idempotencyKey: string): string {
  return `${idempotencyKey}::${workflowId}`
}
