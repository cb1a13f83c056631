import type { WorkflowSummary } from '../workflow.ts'
import type { LiveExecutor } from './situation.ts'

/** Its executor is not connected, as far as the sessions that can be seen tell who is. */
export function isLeftBehind(
  { status, executorId }: Pick<WorkflowSummary, 'status' | 'executorId'>,
  executors: readonly LiveExecutor[] | undefined,
): boolean {
  if (status !== 'PENDING' || executors === undefined) return false
  return executors.every((live) => live.executorId !== executorId && live.recognisedBy !== 'listening')
}
