import { createHash } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { DecisionOutcome, DecisionRequest, DecisionVerb } from '../../core/decide/decision-record.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import type { Row } from '../connection/connect.ts'
import { writtenColumns } from '../tables/record-table.ts'
import type { SystemSchema } from '../tables/schema.ts'

/** Takes part in the transaction that sends the message. Returns the time, by the database's clock. */
export async function recordDecision(
  client: ClientBase,
  schema: SystemSchema,
  workflowName: string,
  waitKey: string,
  { wait, topic, decision, message, actor, comment, force }: DecisionRequest,
  outcome: DecisionOutcome['outcome'],
): Promise<Date> {
  const values = [
    schema.name,
    wait.workflowId,
    workflowName,
    wait.step,
    topic,
    waitKey,
    decision,
    outcome,
    force ?? false,
    actor.name,
    actor.source,
    comment,
    createHash('sha256').update(stringifyExact(message)).digest('hex'),
  ]
  const { rows } = await client.query<Row>(
    `insert into drover.decisions (${writtenColumns.join(', ')})
     values (${writtenColumns.map((_, index) => `$${index + 1}`).join(', ')}) returning at`,
    values,
  )
  return rows[0]?.at as Date
}

interface StoredDecision {
  readonly decision: DecisionVerb
  readonly by: string
  readonly at: Date
}

/** Who decided this wait. */
export async function findStored(
  client: ClientBase,
  schema: SystemSchema,
  waitKey: string,
): Promise<StoredDecision | undefined> {
  const { rows } = await client.query<Row>(
    `select decision, actor, at from drover.decisions
     where system_schema = $1 and wait_key = $2 and outcome = 'stored'`,
    [schema.name, waitKey],
  )
  const [row] = rows
  return row && { decision: row.decision as DecisionVerb, by: String(row.actor), at: row.at as Date }
}
