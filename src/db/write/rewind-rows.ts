import type { ClientBase } from 'pg'
import type { ManageTarget } from '../../core/manage/manage.ts'
import { streamEndMarks } from '../tables/decode.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { fromStepColumns, toFromStepArrays } from './from-step-arrays.ts'

/**
 * What `rewindWorkflow` of the SDK does, as far as this schema has the columns, and the same on tables of those SDKs that
 * cannot rewind: what was recorded from the cut on is deleted, the streams are open again, events have the value from
 * before, and the workflow is on a queue. Resolves to all of them.
 */
export async function rewindRows(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly ManageTarget[],
): Promise<ReadonlySet<ManageTarget>> {
  const arrays = toFromStepArrays(targets)
  const statements = [
    ...rollBackEvents(schema),
    deleteMessages(schema),
    ...['operation_outputs', 'workflow_events_history'].map(
      (table) =>
        `delete from ${schema.table(table)} o using ${fromStepColumns}
         where o.workflow_uuid = cut.workflow and o.function_id >= cut.from_step`,
    ),
    ...(schema.has('workflow_output')
      ? [
          `delete from ${schema.table('workflow_output')} o using ${fromStepColumns} where o.workflow_uuid = cut.workflow`,
        ]
      : []),
  ]
  for (const statement of statements) await client.query(statement, arrays)
  await client.query(reopenStreams(schema), [...arrays, streamEndMarks])
  await client.query(enqueueAgain(schema), arrays)
  return new Set(targets)
}

/** To the last value from before the cut; a key that was published only after it is gone. */
function rollBackEvents(schema: SystemSchema): string[] {
  const history = schema.table('workflow_events_history')
  const isPublishedAgain = (alias: string) => `exists (
    select from ${history} later where later.workflow_uuid = cut.workflow
      and later.key = ${alias}.key and later.function_id >= cut.from_step)`
  return [
    `delete from ${schema.table('workflow_events')} e using ${fromStepColumns}
     where e.workflow_uuid = cut.workflow and ${isPublishedAgain('e')}`,
    `insert into ${schema.table('workflow_events')} (workflow_uuid, key, value, serialization)
     select distinct on (h.workflow_uuid, h.key) h.workflow_uuid, h.key, h.value, h.serialization
     from ${fromStepColumns} join ${history} h on h.workflow_uuid = cut.workflow and h.function_id < cut.from_step
     where ${isPublishedAgain('h')} order by h.workflow_uuid, h.key, h.function_id desc`,
  ]
}

/**
 * Those that were read from the cut on, or not at all. Where a message does not tell which step read it (before SDK 5.1),
 * that is the step which returned the same text; of several equal ones, the first message went to the first step.
 */
function deleteMessages(schema: SystemSchema): string {
  const notifications = schema.table('notifications')
  const reader = schema.column('notifications', 'consumed_by_function_id', 'n', 'null::int')
  return `with message as (
      select n.message_uuid as id, n.destination_uuid as workflow, cut.from_step, n.consumed, ${reader} as reader,
        n.message as text,
        row_number() over (
          partition by n.destination_uuid, n.consumed, n.message order by n.created_at_epoch_ms, n.message_uuid) as place
      from ${fromStepColumns} join ${notifications} n on n.destination_uuid = cut.workflow
    ), receipt as (
      select o.workflow_uuid as workflow, o.function_id, o.output as text,
        row_number() over (partition by o.workflow_uuid, o.output order by o.function_id) as place
      from ${fromStepColumns} join ${schema.table('operation_outputs')} o on o.workflow_uuid = cut.workflow
      where o.function_name = 'DBOS.recv' and o.output is not null
    )
    delete from ${notifications} using message left join receipt using (workflow, text, place)
    where message_uuid = message.id and (not message.consumed or message.from_step = 0
      or coalesce(message.reader, receipt.function_id) >= message.from_step)`
}

/** A closed stream takes nothing more; what was written to it stays. */
function reopenStreams(schema: SystemSchema): string {
  return `delete from ${schema.table('streams')} s using ${fromStepColumns}
    where s.workflow_uuid = cut.workflow and s.function_id >= cut.from_step and s.value = any($6)`
}

function enqueueAgain(schema: SystemSchema): string {
  const settings = [
    ['status', `'ENQUEUED'`],
    ['queue_name', 'cut.queue'],
    ['application_version', 'coalesce(cut.version, w.application_version)'],
    ['queue_partition_key', 'null'],
    ['recovery_attempts', '0'],
    ['workflow_deadline_epoch_ms', 'null'],
    ['deduplication_id', 'null'],
    ['started_at_epoch_ms', 'null'],
    ['completed_at', 'null'],
    ['output', 'null'],
    ['error', 'null'],
    ['updated_at', '(extract(epoch from now()) * 1000)::bigint'],
    // Before there is a column for who created it, this one tells that, and stays.
    ...(schema.has('workflow_status', 'creator_xid') ? [['owner_xid', 'null'] as const] : []),
  ] as const
  const assignments = settings
    .filter(([column]) => schema.has('workflow_status', column))
    .map(([column, value]) => `${column} = ${value}`)
  return `update ${schema.table('workflow_status')} w set ${assignments.join(', ')} from ${fromStepColumns}
    where w.workflow_uuid = cut.workflow`
}
