import type { DBOSClient } from '@dbos-inc/dbos-sdk'
import type { ManageResult, ManageTarget } from '../core/manage.ts'
import type { DatabaseTarget } from '../core/store.ts'
import { isUniqueViolation, toQueryError } from './failures.ts'

/** Forks or rewinds with DBOS's own client, which does each in a transaction. */
export async function cutWorkflow(
  dbos: DBOSClient,
  database: DatabaseTarget,
  verb: 'fork' | 'rewind',
  { workflowId, fromStep = 0, newWorkflowId, queue, version }: ManageTarget,
): Promise<ManageResult> {
  const options = {
    ...(queue !== undefined && { queueName: queue }),
    ...(version !== undefined && { applicationVersion: version }),
  }
  try {
    if (verb === 'fork')
      await dbos.forkWorkflow(workflowId, fromStep, {
        ...options,
        ...(newWorkflowId !== undefined && { newWorkflowID: newWorkflowId }),
      })
    else await dbos.rewindWorkflow(workflowId, { ...options, startStep: fromStep })
    return { workflowId, outcome: 'changed', status: 'ENQUEUED' }
  } catch (error) {
    if (toQueryError(error, database) !== error) throw error
    if (newWorkflowId !== undefined && isUniqueViolation(error))
      return { workflowId, outcome: 'failed', reason: `the id ${newWorkflowId} is in use` }
    const text = error instanceof Error ? error.message : String(error)
    return { workflowId, outcome: 'failed', reason: text.split('\n', 1)[0]?.replace(/\.$/, '') ?? '' }
  }
}
