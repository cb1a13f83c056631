import type { Message, StreamValue, Workflow, WorkflowSummary } from '../core/workflow.ts'

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

/** JSON for people and for `jq` alike. */
export function toJsonText(value: unknown): string {
  return harmless(JSON.stringify(value, null, 2))
}

/** JSON on one line. */
export function toJsonLine(value: unknown): string {
  return harmless(JSON.stringify(value))
}

/** What JSON leaves as it is and a terminal may act on is written as an escape: the same JSON, and harmless. */
function harmless(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
