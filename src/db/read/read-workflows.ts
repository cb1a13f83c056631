import type { WorkflowOrigin } from '../../core/run/start.ts'
import type { WorkflowQuery } from '../../core/store.ts'
import { msOf } from '../../core/words/far-date.ts'
import { isEnded, toStatus, type Workflow, type WorkflowSummary } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { Database } from '../tables/database.ts'
import { decodeError, decodeInput, decodeValue, needsPortable } from '../tables/decode.ts'
import { filterConditions } from '../tables/filter-conditions.ts'
import { toDate, toFilledText, toText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'

/** How far back to look for the names and origins of workflows: there is no index on the name. */
const recentRows = 10_000

export async function listWorkflows(
  { session, schema }: Database,
  query: WorkflowQuery,
): Promise<WorkflowSummary[]> {
  const parameters: unknown[] = []
  const conditions = filterConditions(schema, query, parameters)
  const isOldestFirst = query.order === 'oldest'
  if (query.after) {
    parameters.push(msOf(query.after.createdAt), query.after.workflowId)
    const { length } = parameters
    conditions.push(
      `(w.created_at, w.workflow_uuid) ${isOldestFirst ? '>' : '<'} ($${length - 1}, $${length})`,
    )
  }
  const direction = isOldestFirst ? 'asc' : 'desc'
  parameters.push(query.limit)
  const rows = await session.query(
    `select ${summaryColumns(schema)} from ${schema.table('workflow_status')} w
     where ${conditions.join(' and ')}
     order by w.created_at ${direction}, w.workflow_uuid ${direction} limit $${parameters.length}`,
    parameters,
  )
  return rows.map(toSummary)
}

export async function getWorkflow(
  { session, schema }: Database,
  workflowId: string,
): Promise<Workflow | undefined> {
  const [row] = await session.query(`${selectWorkflows(schema)} where w.workflow_uuid = $1`, [workflowId])
  return row && toWorkflow(row)
}

/** Those of these ids that are workflows. */
export async function listExisting(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<string[]> {
  const rows = await session.query(
    `select workflow_uuid as id from ${schema.table('workflow_status')} where workflow_uuid = any($1)`,
    [workflowIds],
  )
  return rows.map(({ id }) => String(id))
}

export async function findByPrefix(
  { session, schema }: Database,
  prefix: string,
  limit: number,
): Promise<string[]> {
  const rows = await session.query(
    `select workflow_uuid as id from ${schema.table('workflow_status')}
     where starts_with(workflow_uuid, $1) order by workflow_uuid collate "C" limit $2`,
    [prefix, limit],
  )
  return rows.map(({ id }) => String(id))
}

export async function listChildren(
  { session, schema }: Database,
  workflowId: string,
): Promise<WorkflowSummary[]> {
  const rows = await session.query(
    `select ${summaryColumns(schema)} from ${schema.table('workflow_status')} w
     where w.parent_workflow_id = $1 order by w.created_at, w.workflow_uuid`,
    [workflowId],
  )
  return rows.map(toSummary)
}

export async function listOrigins({ session, schema }: Database, name: string): Promise<WorkflowOrigin[]> {
  const rows = await session.query(
    `select class_name, config_name, queue_name, application from (
       select w.class_name, w.config_name, w.queue_name, w.created_at, w.status,
         ${schema.column('workflow_status', 'application_name', 'w')} as application
       from ${schema.table('workflow_status')} w where w.name = $1 order by w.created_at desc limit ${recentRows}
     ) recent
     group by 1, 2, 3, 4
     order by bool_or(status not in ('ENQUEUED', 'DELAYED')) desc, max(created_at) desc`,
    [name],
  )
  return rows.map((row) => ({
    className: toFilledText(row.class_name),
    configName: toFilledText(row.config_name),
    queue: toFilledText(row.queue_name),
    application: toFilledText(row.application),
  }))
}

export async function lastRanPortable({ session, schema }: Database, name: string): Promise<boolean> {
  const [row] = await session.query(
    `select w.serialization from ${schema.table('workflow_status')} w
     where w.name = $1 and w.status not in ('ENQUEUED', 'DELAYED') order by w.created_at desc limit 1`,
    [name],
  )
  return needsPortable(toText(row?.serialization))
}

export async function listNames({ session, schema }: Database, limit: number): Promise<string[]> {
  const rows = await session.query(
    `select name from (
       select name, created_at from ${schema.table('workflow_status')}
       where name is not null order by created_at desc limit ${recentRows}
     ) recent
     group by name order by max(created_at) desc limit $1`,
    [limit],
  )
  return rows.map(({ name }) => String(name))
}

/** With payloads: SDK 5.0 moved them to tables of their own, where the old columns stay empty. `payloadsIf` is SQL. */
export function selectWorkflows(schema: SystemSchema, payloadsIf = 'true'): string {
  const side = (table: string, alias: string, column: string): string =>
    schema.has(table)
      ? `coalesce(${alias}.${column}, ${schema.column('workflow_status', column, 'w')})`
      : schema.column('workflow_status', column, 'w')
  const payload = (sql: string, name: string): string => `case when ${payloadsIf} then ${sql} end as ${name}`
  const joined = (table: string, alias: string): string =>
    schema.has(table)
      ? `left join ${schema.table(table)} ${alias} on ${alias}.workflow_uuid = w.workflow_uuid`
      : ''
  return `select ${summaryColumns(schema)}, w.serialization,
      ${payload(side('workflow_input', 'wi', 'inputs'), 'inputs')},
      ${payload(side('workflow_output', 'wo', 'output'), 'output')},
      ${payload(side('workflow_output', 'wo', 'error'), 'error')}
    from ${schema.table('workflow_status')} w
    ${joined('workflow_input', 'wi')} ${joined('workflow_output', 'wo')}`
}

export function toWorkflow(row: Row): Workflow {
  const serialization = toText(row.serialization)
  return {
    ...toSummary(row),
    input: decodeInput(toText(row.inputs), serialization),
    output: decodeValue(toText(row.output), serialization),
    error: decodeError(toText(row.error), serialization),
  }
}

function summaryColumns(schema: SystemSchema): string {
  return `w.workflow_uuid, w.status, w.name, w.class_name, w.config_name, w.queue_name, w.executor_id,
    w.application_version, w.created_at, w.updated_at, w.started_at_epoch_ms, w.recovery_attempts,
    ${schema.column('workflow_status', 'application_name', 'w')} as application,
    ${schema.column('workflow_status', 'completed_at', 'w')} as completed_at`
}

function toSummary(row: Row): WorkflowSummary {
  const status = toStatus(row.status)
  const createdAt = toDate(row.created_at) ?? new Date(0)
  return {
    workflowId: String(row.workflow_uuid),
    name: String(row.name ?? ''),
    className: toFilledText(row.class_name),
    configName: toFilledText(row.config_name),
    status,
    queue: toFilledText(row.queue_name),
    application: toFilledText(row.application),
    version: toFilledText(row.application_version),
    executorId: toFilledText(row.executor_id),
    createdAt,
    startedAt: toDate(row.started_at_epoch_ms),
    // Before SDK 4.20 the last update of an ended workflow is its end.
    completedAt: toDate(row.completed_at) ?? (isEnded(status) ? toDate(row.updated_at) : null),
    recoveryAttempts: Number(row.recovery_attempts ?? 0),
  }
}
