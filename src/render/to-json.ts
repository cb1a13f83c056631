import type { Change } from '../core/change.ts'
import type { RecordedDecision } from '../core/decide/decision-record.ts'
import type { KnownWait } from '../core/decide/known-waits.ts'
import type { Discrepancy } from '../core/decide/verify-record.ts'
import type { StepPair } from '../core/diagnosis/compare-steps.ts'
import type { RecoveredRow } from '../core/diagnosis/dead-executors.ts'
import type { Queue, Schedule } from '../core/platform.ts'
import type { VersionRow } from '../core/run/list-versions.ts'
import { stringifyExact } from '../core/words/exact-number.ts'
import type {
  Message,
  Step,
  StreamValue,
  Wait,
  Workflow,
  WorkflowEvent,
  WorkflowSummary,
} from '../core/workflow.ts'

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

export function toStepJson({ step, name, startedAt, completedAt, output, error, childId }: Step): Step {
  return { step, name, startedAt, completedAt, output, error, childId }
}

export function toEventJson({ workflowId, key, value, at }: WorkflowEvent): WorkflowEvent {
  return { workflowId, key, value, at }
}

export function toMessageJson({ workflowId, topic, message, sentAt, readByStep }: Message): object {
  return { workflowId, topic, message, sentAt, readByStep }
}

export function toStreamValueJson({ workflowId, key, offset, value }: StreamValue): StreamValue {
  return { workflowId, key, offset, value }
}

/** The documented shape of a line of `audit`. */
export function toRecordedDecisionJson(recorded: RecordedDecision): object {
  const { id, workflowId, name, step, topic, decision, by, bySource, comment, outcome, forced } = recorded
  const { at, sessionUser, clientAddress, payloadSha256 } = recorded
  return {
    id,
    workflowId,
    name,
    step,
    topic,
    decision,
    by,
    bySource,
    comment,
    outcome,
    forced,
    at,
    sessionUser,
    clientAddress,
    payloadSha256,
  }
}

/** The documented shape of a line of `audit verify`. */
export function toDiscrepancyJson(found: Discrepancy): object {
  const { workflowId, step, topic, problem, decision, by, at } = found
  return { workflowId, step, topic, problem, decision, by, at }
}

/** The documented shape of a line of `inbox`. */
export function toWaitJson(wait: KnownWait): object {
  const { workflowId, name, step, topic, prompt, since, until, state, asked, source, request } = wait
  return {
    workflowId,
    name,
    step,
    topic: topic ?? null,
    prompt,
    since,
    until,
    state,
    asked,
    source,
    request,
  }
}

/** The same where nothing was looked up for it. */
function toOpenWaitJson({ isOverdue, unreadTopics, ...wait }: Wait): object {
  return wait
}

export function toRecoveredJson({ workflowId, outcome, executorId, version, reason }: RecoveredRow): object {
  return { workflowId, outcome, executorId, version, reason }
}

export function toStepPairJson({ step, difference, left, right }: StepPair): object {
  return { step, difference, left: left && toStepJson(left), right: right && toStepJson(right) }
}

export function toQueueJson(queue: Queue): Queue {
  const { name, application, enqueued, running, delayed, oldestAt } = queue
  const { concurrency, workerConcurrency, rateLimit, pollMs } = queue
  return {
    name,
    application,
    enqueued,
    running,
    delayed,
    oldestAt,
    concurrency,
    workerConcurrency,
    rateLimit,
    pollMs,
  }
}

export function toScheduleJson(schedule: Schedule): Schedule {
  const { name, workflow, cron, timezone, status, application, queue, lastFiredAt, nextAt } = schedule
  return { name, workflow, cron, timezone, status, application, queue, lastFiredAt, nextAt }
}

export function toVersionJson(row: VersionRow): VersionRow {
  const { version, application, isLatest, registeredAt, workers, unsureWorkers, active, total } = row
  return { version, application, isLatest, registeredAt, workers, unsureWorkers, active, total }
}

/** A change, with what comes with it in its documented shape. */
export function toChangeJson(change: Change): object {
  const { cursor, type, workflowId, at, ...rest } = change
  const common = { cursor, type, workflowId, at }
  switch (change.type) {
    case 'status':
      return { ...common, workflow: toWorkflowJson(change.workflow) }
    case 'step':
      return { ...common, step: toStepJson(change.step) }
    case 'waits':
      return { ...common, waits: change.waits.map(toOpenWaitJson) }
    case 'message':
      return { ...common, message: toMessageJson(change.message) }
    default:
      return { ...common, ...rest }
  }
}

/** JSON for people and for `jq` alike. */
export function toJsonText(value: unknown): string {
  return harmless(stringifyExact(value, 2))
}

/** JSON on one line. */
export function toJsonLine(value: unknown): string {
  return harmless(stringifyExact(value))
}

/** One line for each value, as `toStreamValueJson` has it; what they share is written once, for there may be millions. */
export function toStreamValueLines(values: readonly StreamValue[]): string {
  let shared: StreamValue | undefined
  let head = ''
  const lines = values.map((value) => {
    if (value.key !== shared?.key || value.workflowId !== shared.workflowId) {
      shared = value
      head = `{"workflowId":${JSON.stringify(value.workflowId)},"key":${JSON.stringify(value.key)},"offset":`
    }
    return `${head}${value.offset},"value":${stringifyExact(value.value)}}`
  })
  return harmless(lines.join('\n'))
}

/** What JSON leaves as it is and a terminal may act on is written as an escape: the same JSON, and harmless. */
function harmless(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
