import { isEnded, type Workflow } from './workflow.ts'

/** What of a workflow is news when it changes. */
export function signatureOf({ status, executorId, recoveryAttempts }: Workflow): string {
  return `${status}|${executorId ?? ''}|${recoveryAttempts}`
}

/** A workflow that ended before it was followed is told from its start, as a witness saw it; payloads come with the end. */
export function beforeItsEnd(workflow: Workflow): Workflow {
  if (!isEnded(workflow.status)) return workflow
  const status = workflow.startedAt || !workflow.queue ? 'PENDING' : 'ENQUEUED'
  return { ...workflow, status, completedAt: null, input: null, output: null, error: null }
}

/** When it ended, as far as it tells. */
export function endOf(workflow: Workflow): Date {
  return workflow.completedAt ?? workflow.createdAt
}
