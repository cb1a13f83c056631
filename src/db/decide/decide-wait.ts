import type { Decision, DecisionOutcome } from '../../core/decide/decision.ts'
import type { Database } from '../tables/system-database.ts'
import { decideByFunction } from './decide-by-function.ts'
import { decideByRow } from './decide-by-row.ts'
import { requireRecord } from './open-record.ts'

/** One decision for one wait, whoever comes first, in one transaction with its message and its line of the record. */
export async function decideWait(database: Database, decision: Decision): Promise<DecisionOutcome> {
  const record = decision.isRecorded === false ? 'none' : await requireRecord(database)
  return record === 'function'
    ? decideByFunction(database, decision)
    : decideByRow(database, decision, record)
}
