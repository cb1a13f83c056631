import type {
  CountableField,
  FieldCount,
  ManageResult,
  ManageTarget,
  ManageVerb,
  StepBounds,
  WorkflowState,
  WorkflowWeight,
} from '../../core/manage/manage.ts'
import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import { internalQueue, toStatus, type WorkflowStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { Database } from '../tables/database.ts'
import { filterConditions } from '../tables/filter-conditions.ts'
import { toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { runFromStep } from './run-from-step.ts'

export async function readStates(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<WorkflowState[]> {
  const rows = await session.query(
    `select w.workflow_uuid, w.name, w.status, w.queue_name, w.application_version, w.updated_at,
       ${schema.column('workflow_status', 'application_name', 'w')} as application
     from ${schema.table('workflow_status')} w where w.workflow_uuid = any($1)`,
    [workflowIds],
  )
  return rows.map((row) => ({
    workflowId: String(row.workflow_uuid),
    name: String(row.name ?? ''),
    status: toStatus(row.status),
    queue: toFilledText(row.queue_name),
    application: toFilledText(row.application),
    version: toFilledText(row.application_version),
    updatedAt: dateOfMs(row.updated_at as string),
  }))
}

export async function readStepBounds(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<StepBounds[]> {
  const rows = await session.query(
    `select o.workflow_uuid as id, max(o.function_id) as last,
       min(o.function_id) filter (where o.error is not null) as failed
     from ${schema.table('operation_outputs')} o where o.workflow_uuid = any($1) group by 1`,
    [workflowIds],
  )
  return rows.map(({ id, last, failed }) => ({
    workflowId: String(id),
    lastStep: Number(last),
    failedStep: failed === null ? null : Number(failed),
  }))
}

const columnByField: Readonly<Record<CountableField, string>> = {
  status: 'status',
  name: 'name',
  queue: 'queue_name',
  application: 'application_name',
  version: 'application_version',
  executor: 'executor_id',
}

export async function countBy(
  { session, schema }: Database,
  filter: WorkflowFilter,
  field: CountableField,
): Promise<FieldCount[]> {
  const parameters: unknown[] = []
  const conditions = filterConditions(schema, filter, parameters)
  const column = schema.column('workflow_status', columnByField[field], 'w')
  const rows = await session.query(
    `select nullif(${column}, '') as value, count(*) as count from ${schema.table('workflow_status')} w
     where ${conditions.join(' and ')} group by 1 order by 2 desc, 1`,
    parameters,
  )
  return rows.map(({ value, count }) => ({ value: toFilledText(value), count: Number(count) }))
}

export async function readDescendants(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<string[]> {
  const table = schema.table('workflow_status')
  const rows = await session.query(
    `with recursive family as (
       select w.workflow_uuid from ${table} w where w.parent_workflow_id = any($1)
       union
       select w.workflow_uuid from ${table} w join family f on w.parent_workflow_id = f.workflow_uuid
     )
     select workflow_uuid as id from family order by 1`,
    [workflowIds],
  )
  return rows.map(({ id }) => String(id))
}

const payloadColumns = [
  ['workflow_input', ['inputs']],
  ['workflow_output', ['output', 'error']],
  ['operation_outputs', ['output', 'error']],
  ['workflow_events', ['value']],
  ['workflow_events_history', ['value']],
  ['streams', ['value']],
  ['notifications', ['message']],
] as const

export async function weigh(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<WorkflowWeight> {
  const parts = payloadColumns
    .filter(([table]) => schema.has(table))
    .map(([table, columns]) => {
      const id = table === 'notifications' ? 'destination_uuid' : 'workflow_uuid'
      // The size of what is stored out of line is known without reading it.
      const size = columns.map((column) => `coalesce(pg_column_size(${column}), 0)`).join(' + ')
      return `select '${table}' as part, count(*) as count, coalesce(sum(${size}), 0) as bytes
        from ${schema.table(table)} where ${id} = any($1)`
    })
  const rows = await session.query(parts.join(' union all '), [workflowIds])
  const countOf = (part: string) => Number(rows.find((row) => row.part === part)?.count ?? 0)
  return {
    steps: countOf('operation_outputs'),
    streamValues: countOf('streams'),
    messages: countOf('notifications'),
    payloadBytes: rows.reduce((sum, { bytes }) => sum + Number(bytes), 0),
  }
}

export async function manage(
  database: Database,
  verb: ManageVerb,
  targets: readonly ManageTarget[],
): Promise<ManageResult[]> {
  if (verb === 'fork' || verb === 'rewind') return runFromStep(database, verb, targets)
  const changed = await changeAll(database, verb, targets)
  const rest = targets.filter(({ workflowId }) => !changed.has(workflowId))
  const states = rest.length > 0 ? await readStates(database, rest.map(idOf)) : []
  const statusById = new Map(states.map(({ workflowId, status }) => [workflowId, status]))
  return targets.map(({ workflowId }) => {
    const after = changed.get(workflowId)
    if (after !== undefined) return { workflowId, outcome: 'changed', status: after }
    const status = statusById.get(workflowId)
    return status === undefined
      ? { workflowId, outcome: 'not-found' }
      : { workflowId, outcome: 'moved-on', status }
  })
}

/** In one transaction what DBOS's own client does, but only where the status is still the expected one. */
async function changeAll(
  { session, schema }: Database,
  verb: 'cancel' | 'resume' | 'delete',
  targets: readonly ManageTarget[],
): Promise<Map<string, WorkflowStatus | null>> {
  const parameters = [
    targets.map(idOf),
    targets.map(({ status }) => status),
    targets.map(({ queue }) => queue ?? internalQueue),
  ]
  const expected = `unnest($1::text[], $2::text[], $3::text[]) as t(id, status, queue)`
  return session.transaction(async (client) => {
    if (verb === 'delete') {
      const { rows } = await client.query<Row>(
        `delete from ${schema.table('workflow_status')} w using ${expected}
         where w.workflow_uuid = t.id and w.status = t.status and $3::text[] is not null
         returning w.workflow_uuid`,
        parameters,
      )
      const ids = rows.map(({ workflow_uuid }) => String(workflow_uuid))
      // These tables have no foreign key: what they hold would stay.
      for (const table of ['workflow_input', 'workflow_output', 'operation_outputs']) {
        if (schema.has(table))
          await client.query(`delete from ${schema.table(table)} where workflow_uuid = any($1)`, [ids])
      }
      return new Map(ids.map((id) => [id, null]))
    }
    const { rows } = await client.query<Row>(
      `update ${schema.table('workflow_status')} w set ${settings(schema, verb)} from ${expected}
       where w.workflow_uuid = t.id and w.status = t.status
       returning w.workflow_uuid, w.status`,
      parameters,
    )
    return new Map(rows.map((row) => [String(row.workflow_uuid), toStatus(row.status)]))
  })
}

/** As in the SDK's `cancelWorkflows` and `resumeWorkflows`, as far as this schema has the columns. */
function settings(schema: SystemSchema, verb: 'cancel' | 'resume'): string {
  const nowMs = `(extract(epoch from now()) * 1000)::bigint`
  const values: readonly (readonly [column: string, value: string])[] =
    verb === 'cancel'
      ? [
          ['status', `'CANCELLED'`],
          ['queue_name', 'null'],
          ['completed_at', nowMs],
        ]
      : [
          ['status', `'ENQUEUED'`],
          ['queue_name', 't.queue'],
          ['completed_at', 'null'],
          ['recovery_attempts', '0'],
          ['workflow_deadline_epoch_ms', 'null'],
        ]
  const common = [
    ['owner_xid', 'null'],
    ['deduplication_id', 'null'],
    ['started_at_epoch_ms', 'null'],
    ['updated_at', nowMs],
  ] as const
  return [...values, ...common]
    .filter(([column]) => schema.has('workflow_status', column))
    .map(([column, value]) => `${column} = ${value}`)
    .join(', ')
}

function idOf({ workflowId }: ManageTarget): string {
  return workflowId
}
