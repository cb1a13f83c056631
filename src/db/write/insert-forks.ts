import type { ClientBase } from 'pg'
import type { ManageTarget } from '../../core/manage/manage.ts'
import type { Row } from '../connection/connect.ts'
import type { InSql, SqlValues } from '../tables/define-table.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowInput } from '../tables/workflow-input.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { fromStepColumns, toFromStepArrays } from './from-step-arrays.ts'

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
  const w = workflowStatus.in(schema, 'w')
  const inserted = await insertStatuses(client, schema, targets)
  const forked = targets.filter(({ newWorkflowId }) => inserted.has(newWorkflowId))
  await insertInputs(client, schema, forked)
  if (workflowStatus.isIn(schema, 'wasForked')) {
    await client.query(
      `update ${w} set ${workflowStatus.set(schema, { wasForked: 'true' })} where ${w.id} = any($1)`,
      [forked.map(({ workflowId }) => workflowId)],
    )
  }
  const continued = forked.filter(({ fromStep = 0 }) => fromStep > 0)
  if (continued.length > 0) await insertRecorded(client, schema, continued)
  return new Set(forked)
}

const sameInFork = [
  ...(['name', 'className', 'configName', 'applicationId', 'application', 'attributes'] as const),
  ...(['user', 'assumedRole', 'roles', 'serialization'] as const),
] as const

async function insertStatuses(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly ManageTarget[],
): Promise<ReadonlySet<string | undefined>> {
  const w = workflowStatus.in(schema, 'w')
  const { id } = workflowStatus.columns
  const { names, values } = workflowStatus.insert(schema, {
    id: 'cut.copy',
    status: `'ENQUEUED'`,
    queue: 'cut.queue',
    version: `coalesce(cut.version, ${w.version})`,
    forkedFrom: 'cut.workflow',
    ...same(w, sameInFork),
    // Workers of SDK 4 look for the arguments here, also where later ones keep them in a table of their own.
    inputs: w.inputs,
    ...(!workflowInput.isIn(schema) && { request: w.request }),
    // SDK 4.10 kept the timeout of what it forked, and did not mark it.
    ...(!workflowStatus.isIn(schema, 'wasForked') && { timeoutMs: w.timeoutMs }),
  })
  const { rows } = await client.query<Row>(
    `insert into ${workflowStatus.in(schema)} (${names})
     select ${values} from ${fromStepColumns} join ${w} on ${w.id} = cut.workflow
     on conflict (${id}) do nothing returning ${id} as id`,
    toFromStepArrays(targets),
  )
  return new Set(rows.map((row) => String(row.id)))
}

async function insertInputs(
  client: ClientBase,
  schema: SystemSchema,
  targets: readonly ManageTarget[],
): Promise<void> {
  if (!workflowInput.isIn(schema)) return
  const i = workflowInput.in(schema, 'i')
  const w = workflowStatus.in(schema, 'w')
  const { names, values } = workflowInput.insert(schema, {
    workflowId: 'cut.copy',
    inputs: `coalesce(${i.inputs}, ${w.inputs})`,
  })
  await client.query(
    `insert into ${workflowInput.in(schema)} (${names})
     select ${values} from ${fromStepColumns}
     join ${w} on ${w.id} = cut.workflow
     left join ${i} on ${i.workflowId} = cut.workflow`,
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
  const w = workflowStatus.in(schema, 'w')
  const o = operationOutputs.in(schema, 'o')
  const s = streams.in(schema, 's')
  const h = workflowEventsHistory.in(schema, 'h')
  const steps = operationOutputs.insert(schema, {
    workflowId: 'cut.copy',
    ...same(o, ['step', 'name', 'output', 'error', 'serialization', 'childId', 'startedAt', 'completedAt']),
    application: w.application,
    retention: nowMs,
  })
  const values = streams.insert(schema, {
    workflowId: 'cut.copy',
    ...same(s, ['offset', 'step', 'key', 'value', 'serialization']),
  })
  const events = workflowEventsHistory.insert(schema, {
    workflowId: 'cut.copy',
    ...same(h, ['step', 'key', 'value', 'serialization']),
  })
  const latest = workflowEvents.insert(schema, {
    workflowId: 'cut.copy',
    ...same(h, ['key', 'value', 'serialization']),
  })
  const isBefore = ({ workflowId, step }: Record<'workflowId' | 'step', string>) =>
    `${workflowId} = cut.workflow and ${step} < cut.from_step`
  const statements = [
    `insert into ${operationOutputs.in(schema)} (${steps.names}) select ${steps.values} from ${fromStepColumns}
     join ${w} on ${w.id} = cut.workflow join ${o} on ${isBefore(o)}`,
    `insert into ${streams.in(schema)} (${values.names}) select ${values.values} from ${fromStepColumns}
     join ${s} on ${isBefore(s)}`,
    `insert into ${workflowEventsHistory.in(schema)} (${events.names}) select ${events.values} from ${fromStepColumns}
     join ${h} on ${isBefore(h)}`,
    `insert into ${workflowEvents.in(schema)} (${latest.names})
     select distinct on (cut.copy, ${h.key}) ${latest.values} from ${fromStepColumns}
     join ${h} on ${isBefore(h)} order by cut.copy, ${h.key}, ${h.step} desc`,
  ]
  for (const statement of statements) await client.query(statement, arrays)
}

/** Each of these columns as it is. */
function same<Column extends string>(from: InSql<Column>, words: readonly Column[]): SqlValues<Column> {
  const values: { [Word in Column]?: string } = {}
  for (const word of words) values[word] = from[word]
  return values
}
