import type { ClientBase } from 'pg'
import { dbosStep, streamEndMarks } from '../../core/dbos-names.ts'
import type { ManageTarget } from '../../core/manage/manage.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowOutput } from '../tables/workflow-output.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
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
  const o = workflowOutput.in(schema, 'o')
  const arrays = toFromStepArrays(targets)
  const statements = [
    ...rollBackEvents(schema),
    deleteMessages(schema),
    ...[operationOutputs.in(schema, 'r'), workflowEventsHistory.in(schema, 'r')].map(
      (r) =>
        `delete from ${r} using ${fromStepColumns}
         where ${r.workflowId} = cut.workflow and ${r.step} >= cut.from_step`,
    ),
    ...(workflowOutput.isIn(schema)
      ? [`delete from ${o} using ${fromStepColumns} where ${o.workflowId} = cut.workflow`]
      : []),
  ]
  for (const statement of statements) await client.query(statement, arrays)
  await client.query(reopenStreams(schema), [...arrays, streamEndMarks])
  await client.query(enqueueAgain(schema), arrays)
  return new Set(targets)
}

/** To the last value from before the cut; a key that was published only after it is gone. */
function rollBackEvents(schema: SystemSchema): string[] {
  const e = workflowEvents.in(schema, 'e')
  const h = workflowEventsHistory.in(schema, 'h')
  const later = workflowEventsHistory.in(schema, 'later')
  const { names, values } = workflowEvents.insert(schema, {
    workflowId: h.workflowId,
    key: h.key,
    value: h.value,
    serialization: h.serialization,
  })
  const isPublishedAgain = (key: string) => `exists (
    select from ${later} where ${later.workflowId} = cut.workflow
      and ${later.key} = ${key} and ${later.step} >= cut.from_step)`
  return [
    `delete from ${e} using ${fromStepColumns}
     where ${e.workflowId} = cut.workflow and ${isPublishedAgain(e.key)}`,
    `insert into ${workflowEvents.in(schema)} (${names})
     select distinct on (${h.workflowId}, ${h.key}) ${values}
     from ${fromStepColumns} join ${h} on ${h.workflowId} = cut.workflow and ${h.step} < cut.from_step
     where ${isPublishedAgain(h.key)} order by ${h.workflowId}, ${h.key}, ${h.step} desc`,
  ]
}

/**
 * Those that were read from the cut on, or not at all. Where a message does not tell which step read it (before SDK 5.1),
 * that is the step which returned the same text; of several equal ones, the first message went to the first step.
 */
function deleteMessages(schema: SystemSchema): string {
  const n = notifications.in(schema, 'n')
  const o = operationOutputs.in(schema, 'o')
  const m = notifications.in(schema, 'm')
  return `with message as (
      select ${n.id} as id, ${n.workflowId} as workflow, cut.from_step, ${n.read} as is_read, ${n.readByStep}::int as reader,
        ${n.message} as text,
        row_number() over (
          partition by ${n.workflowId}, ${n.read}, ${n.message} order by ${n.sentAt}, ${n.id}) as place
      from ${fromStepColumns} join ${n} on ${n.workflowId} = cut.workflow
    ), receipt as (
      select ${o.workflowId} as workflow, ${o.step} as step, ${o.output} as text,
        row_number() over (partition by ${o.workflowId}, ${o.output} order by ${o.step}) as place
      from ${fromStepColumns} join ${o} on ${o.workflowId} = cut.workflow
      where ${o.name} = '${dbosStep.recv}' and ${o.output} is not null
    )
    delete from ${m} using message left join receipt using (workflow, text, place)
    where ${m.id} = message.id and (not message.is_read or message.from_step = 0
      or coalesce(message.reader, receipt.step) >= message.from_step)`
}

/** A closed stream takes nothing more; what was written to it stays. */
function reopenStreams(schema: SystemSchema): string {
  const s = streams.in(schema, 's')
  return `delete from ${s} using ${fromStepColumns}
    where ${s.workflowId} = cut.workflow and ${s.step} >= cut.from_step and ${s.value} = any($6)`
}

function enqueueAgain(schema: SystemSchema): string {
  const w = workflowStatus.in(schema, 'w')
  const settings = workflowStatus.set(schema, {
    status: `'ENQUEUED'`,
    queue: 'cut.queue',
    version: `coalesce(cut.version, ${w.version})`,
    partition: 'null',
    recoveryAttempts: '0',
    deadline: 'null',
    deduplicationId: 'null',
    startedAt: 'null',
    completedAt: 'null',
    output: 'null',
    error: 'null',
    updatedAt: '(extract(epoch from now()) * 1000)::bigint',
    // Before there is a column for who created it, this one tells that, and stays.
    ...(workflowStatus.isIn(schema, 'creatorXid') && { ownerXid: 'null' }),
  })
  return `update ${w} set ${settings} from ${fromStepColumns} where ${w.id} = cut.workflow`
}
