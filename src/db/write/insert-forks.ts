import type { ClientBase } from 'pg'
import type { ManageTarget } from '../../core/manage/manage.ts'
import type { Row } from '../connection/connect.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { fromStepColumns, toFromStepArrays } from './from-step-arrays.ts'

/** The value of each column of the copy, from `cut` and from the row that it is made of. */
type Copied = readonly (readonly [column: string, value: string])[]

/** On what was forked; SDK 4.10 did not have it. */
const forkMark = 'was_forked_from'
const nowMs = '(extract(epoch from now()) * 1000)::bigint'

/**
 * What `forkWorkflow` of the SDK writes, as far as this schema has the columns: the workflow on a queue, and what it
 * recorded before the cut. Resolves to those that got a copy: the new id of the others is in use.
 */
export async function insertForks(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly ManageTarget[],
): Promise<ReadonlySet<ManageTarget>> {
  const inserted = await insertStatuses(client, schema, targets)
  const forked = targets.filter(({ newWorkflowId }) => inserted.has(newWorkflowId))
  await insertInputs(client, schema, forked)
  if (schema.has('workflow_status', forkMark)) {
    await client.query(
      `update ${schema.table('workflow_status')} set ${forkMark} = true where workflow_uuid = any($1)`,
      [forked.map(({ workflowId }) => workflowId)],
    )
  }
  const continued = forked.filter(({ fromStep = 0 }) => fromStep > 0)
  if (continued.length > 0) await insertRecorded(client, schema, continued)
  return new Set(forked)
}

async function insertStatuses(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly ManageTarget[],
): Promise<ReadonlySet<string | undefined>> {
  const columns = present(schema, 'workflow_status', [
    ...Object.entries({
      workflow_uuid: 'cut.copy',
      status: `'ENQUEUED'`,
      queue_name: 'cut.queue',
      application_version: 'coalesce(cut.version, w.application_version)',
      forked_from: 'cut.workflow',
    }),
    ...[
      ...['name', 'class_name', 'config_name', 'application_id', 'application_name', 'attributes'],
      ...['authenticated_user', 'assumed_role', 'authenticated_roles', 'serialization'],
      // Workers of SDK 4 look for the arguments here, also where later ones keep them in a table of their own.
      'inputs',
      ...(schema.has('workflow_input') ? [] : ['request']),
      // SDK 4.10 kept the timeout of what it forked.
      ...(schema.has('workflow_status', forkMark) ? [] : ['workflow_timeout_ms']),
    ].map((column) => [column, `w.${column}`] as const),
  ])
  const { rows } = await client.query<Row>(
    `insert into ${schema.table('workflow_status')} (${namesOf(columns)})
     select ${valuesOf(columns)} from ${fromStepColumns}
     join ${schema.table('workflow_status')} w on w.workflow_uuid = cut.workflow
     on conflict (workflow_uuid) do nothing returning workflow_uuid as id`,
    toFromStepArrays(targets),
  )
  return new Set(rows.map(({ id }) => String(id)))
}

async function insertInputs(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly ManageTarget[],
): Promise<void> {
  if (!schema.has('workflow_input')) return
  await client.query(
    `insert into ${schema.table('workflow_input')} (workflow_uuid, inputs)
     select cut.copy, coalesce(i.inputs, w.inputs) from ${fromStepColumns}
     join ${schema.table('workflow_status')} w on w.workflow_uuid = cut.workflow
     left join ${schema.table('workflow_input')} i on i.workflow_uuid = cut.workflow`,
    toFromStepArrays(targets),
  )
}

/** Steps, streams and events from before the cut; of the events also the latest values. */
async function insertRecorded(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly ManageTarget[],
): Promise<void> {
  const arrays = toFromStepArrays(targets)
  const same = (...columns: string[]) => columns.map((column) => [column, `o."${column}"`] as const)
  const event = same('key', 'value', 'serialization')
  const copied: Readonly<Record<string, Copied>> = {
    operation_outputs: [
      ...same('function_id', 'function_name', 'output', 'error', 'serialization', 'child_workflow_id'),
      ...same('started_at_epoch_ms', 'completed_at_epoch_ms'),
      ['application_name', schema.column('workflow_status', 'application_name', 'w')],
      ['retention_timestamp', nowMs],
    ],
    streams: [...same('offset', 'function_id'), ...event],
    workflow_events_history: [...same('function_id'), ...event],
  }
  for (const [table, columns] of Object.entries(copied)) {
    const found = present(schema, table, [['workflow_uuid', 'cut.copy'], ...columns])
    await client.query(
      `insert into ${schema.table(table)} (${namesOf(found)}) select ${valuesOf(found)} from ${fromStepColumns}
       join ${schema.table('workflow_status')} w on w.workflow_uuid = cut.workflow
       join ${schema.table(table)} o on o.workflow_uuid = cut.workflow and o.function_id < cut.from_step`,
      arrays,
    )
  }
  await client.query(
    `insert into ${schema.table('workflow_events')} (workflow_uuid, ${namesOf(event)})
     select distinct on (cut.copy, o.key) cut.copy, ${valuesOf(event)} from ${fromStepColumns}
     join ${schema.table('workflow_events_history')} o
       on o.workflow_uuid = cut.workflow and o.function_id < cut.from_step
     order by cut.copy, o.key, o.function_id desc`,
    arrays,
  )
}

function present(schema: SystemSchema, table: string, columns: Copied): Copied {
  return columns.filter(([column]) => schema.has(table, column))
}

function namesOf(columns: Copied): string {
  return columns.map(([column]) => `"${column}"`).join(', ')
}

function valuesOf(columns: Copied): string {
  return columns.map(([, value]) => value).join(', ')
}
