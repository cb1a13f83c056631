import type { JsonValue, Message, StreamValue, Workflow, WorkflowSummary } from '../core/workflow.ts'

/** The documented shape of a row of `list`: without payloads, whatever else the row carries. */
export function toSummaryJson(workflow: WorkflowSummary): WorkflowSummary {
  const { workflowId, name, className, configName, status, queue, application, version, executorId } =
    workflow
  const { createdAt, startedAt, completedAt, recoveryAttempts } = workflow
  return {
    workflowId,
    name,
    className,
    configName,
    status,
    queue,
    application,
    version,
    executorId,
    createdAt,
    startedAt,
    completedAt,
    recoveryAttempts,
  }
}

export function toWorkflowJson(workflow: Workflow): Workflow {
  const { input, output, error } = workflow
  return { ...toSummaryJson(workflow), input, output, error }
}

export function toMessageJson({ workflowId, topic, message, sentAt, readByStep }: Message): object {
  return { workflowId, topic, message, sentAt, readByStep }
}

export function toStreamValueJson({ workflowId, key, offset, value }: StreamValue): StreamValue {
  return { workflowId, key, offset, value }
}

/** A result for stdout: JSON, or a string bare where that was asked for. */
export function toResultText(value: JsonValue, rawString: boolean): string {
  return rawString && typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
