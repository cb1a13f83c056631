import type { Change } from '../core/change.ts'
import type { RecordedDecision } from '../core/decide/decision-record.ts'
import type { KnownWait } from '../core/decide/known-waits.ts'
import type { StepPair } from '../core/diagnosis/compare-steps.ts'
import type { RecoveredRow } from '../core/diagnosis/recovery.ts'
import { type ListedWorkflow, toListedState } from '../core/diagnosis/workflow-facts.ts'
import type { Queue, Schedule } from '../core/platform.ts'
import type { RecordLine } from '../core/record/record-line.ts'
import type { RecordedAction } from '../core/record/recorded-action.ts'
import type { ListedQueue } from '../core/run/list-queues.ts'
import type { ListedSchedule } from '../core/run/list-schedules.ts'
import type { VersionRow } from '../core/run/list-versions.ts'
import type { ScheduleReport } from '../core/run/report-schedule.ts'
import type { ImportedWorkflow } from '../core/transfer/imported-workflows.ts'
import type {
  Message,
  Step,
  StreamValue,
  Wait,
  Workflow,
  WorkflowEvent,
  WorkflowSummary,
} from '../core/workflow.ts'
import type { VerifiedRow } from './columns/discrepancy-columns.ts'
import { writeJson } from './write-json.ts'

/** Prints these keys of a row, in this order, whatever else it carries; docs/output.md has them, and a test compares. */
function shapeOf<Row extends object>() {
  return <Key extends keyof Row & string>(...keys: readonly Key[]) =>
    (row: Row): Pick<Row, Key> =>
      Object.fromEntries(keys.map((key) => [key, row[key]])) as Pick<Row, Key>
}

const summaryKeys = [
  'workflowId',
  'name',
  'className',
  'configName',
  'status',
  'queue',
  'application',
  'version',
  'executorId',
  'createdAt',
  'startedAt',
  'completedAt',
  'recoveryAttempts',
] as const satisfies readonly (keyof WorkflowSummary)[]

const toListedShape = shapeOf<ListedWorkflow>()(...summaryKeys, 'parentId', 'forkedFrom', 'error', 'children')

/** A row of `list`, with why it is where it is. */
export function toListedJson(row: ListedWorkflow): object {
  return { ...toListedShape(row), waits: row.waits.map(toOpenWaitJson), state: toListedState(row.cause) }
}

export const toWorkflowJson = shapeOf<Workflow>()(...summaryKeys, 'input', 'output', 'error')
export const toStepJson = shapeOf<Step>()(
  'step',
  'name',
  'startedAt',
  'completedAt',
  'output',
  'error',
  'childId',
)
export const toEventJson = shapeOf<WorkflowEvent>()('workflowId', 'key', 'value', 'at')
export const toMessageJson = shapeOf<Message>()('workflowId', 'topic', 'message', 'sentAt', 'readByStep')
export const toStreamValueJson = shapeOf<StreamValue>()('workflowId', 'key', 'offset', 'value')
/** A row of `import`. */
export const toImportedJson = shapeOf<ImportedWorkflow>()(
  'workflowId',
  'outcome',
  'newWorkflowId',
  'before',
  'after',
)
const toDecisionShape = shapeOf<RecordedDecision>()(
  'id',
  'workflowId',
  'name',
  'step',
  'topic',
  'decision',
  'by',
  'bySource',
  'comment',
  'outcome',
  'forced',
  'at',
  'sessionUser',
  'clientAddress',
  'payloadSha256',
)
const toActionShape = shapeOf<RecordedAction>()(
  'id',
  'action',
  'workflowId',
  'subject',
  'outcome',
  'intentId',
  'before',
  'after',
  'by',
  'bySource',
  'comment',
  'at',
  'sessionUser',
  'clientAddress',
)

/** A line of `audit`, and of the gateway's decisions. */
export function toRecordedDecisionJson(decision: RecordedDecision): object {
  return { type: 'decision', ...toDecisionShape(decision) }
}

/** A line of `audit`. */
export function toRecordLineJson(line: RecordLine): object {
  return line.type === 'decision' ? toRecordedDecisionJson(line) : { type: line.type, ...toActionShape(line) }
}

/** A line of `audit verify`. */
export const toDiscrepancyJson = shapeOf<VerifiedRow>()(
  'workflowId',
  'step',
  'topic',
  'problem',
  'decision',
  'by',
  'at',
  'action',
  'subject',
)
export const toRecoveredJson = shapeOf<RecoveredRow>()(
  'workflowId',
  'outcome',
  'executorId',
  'version',
  'reason',
)
const toQueueShape = shapeOf<Queue>()(
  'name',
  'application',
  'enqueued',
  'running',
  'delayed',
  'oldestAt',
  'concurrency',
  'workerConcurrency',
  'rateLimit',
  'isPartitioned',
  'partitionConcurrency',
  'partitionWorkerConcurrency',
  'partitionRateLimit',
  'pollMs',
)

/** As `queues set` prints it. */
export function toQueueJson(queue: Queue): object {
  const { pause } = queue
  const { since, workerConcurrency = null, isGuarded, isOver } = pause ?? {}
  return { ...toQueueShape(queue), pause: pause && { since, workerConcurrency, isGuarded, isOver } }
}

/** A line of `queues`. */
export function toListedQueueJson(queue: ListedQueue): object {
  const { waiting, oldestMs } = queue.lastHour
  return { ...toQueueJson(queue), lastHour: { waiting, oldestMs } }
}
export const toScheduleJson = shapeOf<Schedule>()(
  'name',
  'workflow',
  'cron',
  'timezone',
  'status',
  'application',
  'queue',
  'lastFiredAt',
  'nextAt',
)
/** A line of `schedules`. */
export function toListedScheduleJson(schedule: ListedSchedule): object {
  const { missed } = schedule
  return {
    ...toScheduleJson(schedule),
    missed: missed && { count: missed.count, isMore: missed.isMore, since: missed.since },
  }
}
/** What `schedules get` prints. */
export function toScheduleReportJson(report: ScheduleReport): object {
  const { className, context, automaticBackfill, runs, pauses } = report
  return {
    ...toListedScheduleJson(report),
    ...{ className, context: context ?? null, automaticBackfill },
    runs: runs.map(({ workflowId, status, at }) => ({ workflowId, status, at })),
    pauses: pauses?.map(({ since, until, missed }) => ({ since, until, missed })) ?? null,
  }
}
export const toVersionJson = shapeOf<VersionRow>()(
  'version',
  'application',
  'isLatest',
  'registeredAt',
  'workers',
  'unsureWorkers',
  'active',
  'total',
  'isEstimate',
)

const toKnownWaitJson = shapeOf<KnownWait>()(
  'workflowId',
  'name',
  'step',
  'topic',
  'prompt',
  'since',
  'until',
  'state',
  'asked',
  'source',
  'request',
)

/** A line of `inbox`; a topic that is not known is null. */
export function toWaitJson(wait: KnownWait): object {
  return toKnownWaitJson({ ...wait, topic: wait.topic ?? null })
}

/** The same where nothing was looked up for it. */
function toOpenWaitJson({ isOverdue, unreadTopics, ...wait }: Wait): object {
  return wait
}

export function toStepPairJson({ step, difference, left, right }: StepPair): object {
  return { step, difference, left: left && toStepJson(left), right: right && toStepJson(right) }
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
  return writeJson(value, 2)
}

/** JSON on one line. */
export function toJsonLine(value: unknown): string {
  return writeJson(value)
}
