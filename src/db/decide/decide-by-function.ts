import type { Decision, DecisionOutcome, EarlierAnswer } from '../../core/decide/decision.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import { toStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { workflowNotFound } from '../connection/failures.ts'
import { writeOnce } from '../connection/write-once.ts'
import { decodeValue, needsPortable } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { toDate, toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { encodeMessage } from '../write/send-message.ts'
import { decideFunction } from './create-decide-function.ts'
import { heldByAnother } from './find-holder.ts'

/** What the function makes of it: it has the last word on everything but name and comment. */
export async function decideByFunction(database: Database, decision: Decision): Promise<DecisionOutcome> {
  const { session, schema } = database
  const { wait, verdict, topic, message, actor, comment, force = false, isByWorkflow = false } = decision
  const { workflowId, step, since } = wait
  const w = workflowStatus.in(schema)
  const [workflow] = await session.query(
    `select ${pick(w, ['serialization'])} from ${w} where ${w.id} = $1`,
    [workflowId],
  )
  const portable = needsPortable(toText(workflow?.serialization))
  const { text, serialization } = await encodeMessage(session, { workflowId, message, portable })
  const [row = {}] = await writeOnce(
    session,
    `select * from ${decideFunction(schema)}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[workflowId, step, verdict, text, serialization, topic, since.getTime()],
      ...[actor.name, actor.source, comment, force, isByWorkflow],
    ],
  )
  return toOutcome(row, database, decision)
}

function toOutcome(row: Row, { session: { target } }: Database, { wait }: Decision): DecisionOutcome {
  const { workflowId, step } = wait
  const outcome = toText(row.outcome)
  switch (outcome) {
    case 'stored':
      return { outcome, at: row.decided_at as Date }
    case 'repeated':
    case 'decided-otherwise':
    case 'decided-before':
    case 'foreign-message':
      return { outcome, ...toEarlier(row) }
    case 'ended':
      return { outcome, status: toStatus(row.status) }
    case 'deadline-passed':
      return { outcome, until: toDate(row.until_ms) ?? wait.since }
    case 'held':
      throw heldByAnother(wait, target, {
        role: toText(row.holder_role),
        processId: row.holder_pid === null ? null : Number(row.holder_pid),
        application: toText(row.holder_application),
      })
    case 'no-wait':
      throw new CliError('wait-not-found', `${workflowId} does not wait at step ${step} any more.`, {
        hint: command('wait', [workflowId], { '--for': 'message' }),
      })
    default:
      throw workflowNotFound(workflowId, target.label)
  }
}

function toEarlier(row: Row): EarlierAnswer {
  return {
    message: decodeValue(toText(row.earlier_message), toText(row.earlier_serialization)),
    at: toDate(row.earlier_at_ms) ?? new Date(0),
    by: toText(row.earlier_by),
  }
}
