import type { WorkflowOrigin } from '../../core/run/start.ts'
import { isEnded, toStatus, type Workflow, type WorkflowSummary } from '../../core/workflow.ts'
import { decodeError, decodeInput, decodeValue } from './decode.ts'
import { defineTable, type Picked, pick } from './define-table.ts'
import { toDate, toFilledText, toText } from './rows.ts'
import type { SystemSchema } from './schema.ts'
import { workflowInput } from './workflow-input.ts'
import { workflowOutput } from './workflow-output.ts'

/** A row for each workflow. */
export const workflowStatus = defineTable(
  'workflow_status',
  {
    id: 'workflow_uuid',
    status: 'status',
    name: 'name',
    className: 'class_name',
    configName: 'config_name',
    queue: 'queue_name',
    partition: 'queue_partition_key',
    priority: 'priority',
    deduplicationId: 'deduplication_id',
    executorId: 'executor_id',
    version: 'application_version',
    recoveryAttempts: 'recovery_attempts',
    createdAt: 'created_at',
    updatedAt: 'updated_at',
    startedAt: 'started_at_epoch_ms',
    timeoutMs: 'workflow_timeout_ms',
    deadline: 'workflow_deadline_epoch_ms',
    user: 'authenticated_user',
    assumedRole: 'assumed_role',
    roles: 'authenticated_roles',
    applicationId: 'application_id',
    request: 'request',
    serialization: 'serialization',
    parentId: 'parent_workflow_id',
  },
  {
    /** Since SDK 5.0 these three are in tables of their own, and empty here. */
    inputs: 'inputs',
    output: 'output',
    error: 'error',
    ownerXid: 'owner_xid',
    forkedFrom: 'forked_from',
    wasForked: 'was_forked_from',
    delayUntil: 'delay_until_epoch_ms',
    /** Its deduplication id holds only as long as it is delayed. */
    isDebounced: 'is_debounced',
    completedAt: 'completed_at',
    attributes: 'attributes',
    schedule: 'schedule_name',
    /** It was taken while a rate limit held; those alone count against one. */
    rateLimited: 'rate_limited',
    application: 'application_name',
    creatorXid: 'creator_xid',
  },
)

const summarized = [
  ...(['id', 'status', 'name', 'className', 'configName', 'queue', 'executorId', 'version'] as const),
  ...(['createdAt', 'updatedAt', 'startedAt', 'recoveryAttempts', 'application', 'completedAt'] as const),
] as const

type SummaryRow = Picked<(typeof summarized)[number]>
type WorkflowRow = SummaryRow & Picked<'inputs' | 'output' | 'error' | 'serialization'>

export function summaryColumns(schema: SystemSchema, alias: string): string {
  return pick(workflowStatus.in(schema, alias), summarized)
}

export function toSummary(row: SummaryRow): WorkflowSummary {
  const status = toStatus(row.status)
  const createdAt = toDate(row.createdAt) ?? new Date(0)
  return {
    workflowId: String(row.id),
    name: String(row.name ?? ''),
    className: toFilledText(row.className),
    configName: toFilledText(row.configName),
    status,
    queue: toFilledText(row.queue),
    application: toFilledText(row.application),
    version: toFilledText(row.version),
    executorId: toFilledText(row.executorId),
    createdAt,
    startedAt: toDate(row.startedAt),
    // Before SDK 4.20 the last update of an ended workflow is its end.
    completedAt: toDate(row.completedAt) ?? (isEnded(status) ? toDate(row.updatedAt) : null),
    recoveryAttempts: Number(row.recoveryAttempts ?? 0),
  }
}

/** What `toOrigin` reads of rows that are grouped by it. */
export const originWords = '"className", "configName", queue, application'

export function toOrigin(row: Picked<'className' | 'configName' | 'queue' | 'application'>): WorkflowOrigin {
  return {
    className: toFilledText(row.className),
    configName: toFilledText(row.configName),
    queue: toFilledText(row.queue),
    application: toFilledText(row.application),
  }
}

/** With payloads, and without conditions yet; the workflow is `w`. `payloadsIf` is SQL, `also` are columns besides those that tell of it. */
export function selectWorkflows(
  schema: SystemSchema,
  payloadsIf = 'true',
  also: readonly Exclude<keyof typeof workflowStatus.columns, (typeof summarized)[number]>[] = [],
): string {
  const w = workflowStatus.in(schema, 'w')
  const i = workflowInput.in(schema, 'wi')
  const o = workflowOutput.in(schema, 'wo')
  const hasInput = workflowInput.isIn(schema)
  const hasOutput = workflowOutput.isIn(schema)
  const payload = (sql: string, word: string): string => `case when ${payloadsIf} then ${sql} end as ${word}`
  return `select ${pick(w, [...summarized, 'serialization', ...also])},
      ${payload(hasInput ? `coalesce(${i.inputs}, ${w.inputs})` : w.inputs, 'inputs')},
      ${payload(hasOutput ? `coalesce(${o.output}, ${w.output})` : w.output, 'output')},
      ${payload(hasOutput ? `coalesce(${o.error}, ${w.error})` : w.error, 'error')}
    from ${w}
    ${hasInput ? `left join ${i} on ${i.workflowId} = ${w.id}` : ''}
    ${hasOutput ? `left join ${o} on ${o.workflowId} = ${w.id}` : ''}`
}

/** A value that is larger is not read to show its first line. */
const briefBytes = 64_000

/** SQL of a payload of `w` to be shown in a line, and of the join that it takes. */
export function briefPayload(
  schema: SystemSchema,
  word: 'output' | 'error',
): { readonly sql: string; readonly join: string } {
  const w = workflowStatus.in(schema, 'w')
  const o = workflowOutput.in(schema, 'wo')
  const hasOutput = workflowOutput.isIn(schema)
  const value = hasOutput ? `coalesce(${o[word]}, ${w[word]})` : w[word]
  const size = `octet_length(${value})`
  return {
    sql: `case when ${size} > ${briefBytes} then '"(' || ${size} || ' bytes)"' else ${value} end`,
    join: hasOutput ? `left join ${o} on ${o.workflowId} = ${w.id}` : '',
  }
}

export function toWorkflow(row: WorkflowRow): Workflow {
  const serialization = toText(row.serialization)
  return {
    ...toSummary(row),
    input: decodeInput(toText(row.inputs), serialization),
    output: decodeValue(toText(row.output), serialization),
    error: decodeError(toText(row.error), serialization),
  }
}
