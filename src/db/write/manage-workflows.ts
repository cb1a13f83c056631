import { internalQueue } from '../../core/dbos-names.ts'
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
import { toStatus, type WorkflowStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { isUniqueViolation } from '../connection/failures.ts'
import { filterConditions } from '../read/filter-conditions.ts'
import { splitByStatus } from '../read/split-by-status.ts'
import { findRecorder, type Recorder } from '../record/find-recorder.ts'
import { pick, type Table } from '../tables/define-table.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowInput } from '../tables/workflow-input.ts'
import { workflowOutput } from '../tables/workflow-output.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { deleteRows } from './delete-rows.ts'
import { lockStatuses, runFromStep } from './run-from-step.ts'

export async function readStates(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<WorkflowState[]> {
  const w = workflowStatus.in(schema, 'w')
  const told = ['id', 'name', 'status', 'queue', 'application', 'version', 'executorId'] as const
  const rows = await session.query(
    `select ${pick(w, [...told, 'createdAt', 'updatedAt'])} from ${w} where ${w.id} = any($1)`,
    [workflowIds],
  )
  return rows.map((row) => ({
    workflowId: String(row.id),
    name: String(row.name ?? ''),
    status: toStatus(row.status),
    queue: toFilledText(row.queue),
    application: toFilledText(row.application),
    version: toFilledText(row.version),
    executorId: toFilledText(row.executorId),
    createdAt: dateOfMs(row.createdAt as string),
    updatedAt: dateOfMs(row.updatedAt as string),
  }))
}

export async function readStepBounds(
  { session, schema }: Database,
  workflowIds: readonly string[],
  name?: string,
): Promise<StepBounds[]> {
  const o = operationOutputs.in(schema, 'o')
  const rows = await session.query(
    `select ${o.workflowId} as id, max(${o.step}) as last,
       min(${o.step}) filter (where ${o.error} is not null) as failed,
       min(${o.step}) filter (where ${o.name} = $2) as named
     from ${o} where ${o.workflowId} = any($1) group by 1`,
    [workflowIds, name ?? null],
  )
  return rows.map(({ id, last, failed, named }) => ({
    workflowId: String(id),
    lastStep: Number(last),
    failedStep: failed === null ? null : Number(failed),
    namedStep: named === null ? null : Number(named),
  }))
}

export async function countBy(
  { session, schema }: Database,
  filter: WorkflowFilter,
  field: CountableField,
): Promise<FieldCount[]> {
  const w = workflowStatus.in(schema, 'w')
  const parameters: unknown[] = []
  const column = w[field === 'executor' ? 'executorId' : field]
  const parts = splitByStatus(filter).map(
    (part) =>
      `select nullif(${column}, '') as value from ${w}
       where ${filterConditions(schema, part, parameters).join(' and ')}`,
  )
  const rows = await session.query(
    `select value, count(*) as count from (${parts.join(' union all ')}) counted group by 1 order by 2 desc, 1`,
    parameters,
  )
  return rows.map(({ value, count }) => ({ value: toFilledText(value), count: Number(count) }))
}

export async function readDescendants(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<string[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `with recursive family as (
       select ${pick(w, ['id'])} from ${w} where ${w.parentId} = any($1)
       union
       select ${pick(w, ['id'])} from ${w} join family f on ${w.parentId} = f.id
     )
     select id from family order by 1`,
    [workflowIds],
  )
  return rows.map(({ id }) => String(id))
}

export async function weigh(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<WorkflowWeight> {
  const part = <Column extends string>(
    table: Table<Column | 'workflowId'>,
    payloads: readonly Column[],
  ): string[] => {
    if (!table.isIn(schema)) return []
    const p = table.in(schema, 'p')
    // The size of what is stored out of line is known without reading it.
    const size = payloads.map((word) => `coalesce(pg_column_size(${p[word]}), 0)`).join(' + ')
    return [
      `select '${table.table}' as part, count(*) as count, coalesce(sum(${size}), 0) as bytes
       from ${p} where ${p.workflowId} = any($1)`,
    ]
  }
  const parts = [
    ...part(workflowInput, ['inputs']),
    ...part(workflowOutput, ['output', 'error']),
    ...part(operationOutputs, ['output', 'error']),
    ...part(workflowEvents, ['value']),
    ...part(workflowEventsHistory, ['value']),
    ...part(streams, ['value']),
    ...part(notifications, ['message']),
  ]
  const rows = await session.query(parts.join(' union all '), [workflowIds])
  const countOf = ({ table }: { readonly table: string }) =>
    Number(rows.find((row) => row.part === table)?.count ?? 0)
  return {
    steps: countOf(operationOutputs),
    streamValues: countOf(streams),
    messages: countOf(notifications),
    payloadBytes: rows.reduce((sum, { bytes }) => sum + Number(bytes), 0),
  }
}

export async function manage(
  database: Database,
  verb: ManageVerb,
  targets: readonly ManageTarget[],
): Promise<ManageResult[]> {
  const recorder = await findRecorder(database, verb)
  if (verb === 'fork' || verb === 'rewind') return runFromStep(database, verb, targets, recorder)
  const changed = await changeApart(targets, (some) => changeAll(database, verb, some, recorder))
  const rest = targets.filter(({ workflowId }) => !changed.has(workflowId))
  const states = rest.length > 0 ? await readStates(database, rest.map(idOf)) : []
  const statusById = new Map(states.map(({ workflowId, status }) => [workflowId, status]))
  return targets.map(({ workflowId, status, queue }) => {
    const after = changed.get(workflowId)
    if (after !== undefined) return { workflowId, outcome: 'changed', status: after }
    const now = statusById.get(workflowId)
    if (now === undefined) return { workflowId, outcome: 'not-found' }
    if (verb === 'requeue' && now === status)
      return { workflowId, outcome: 'failed', reason: `its deduplication id is in use on queue ${queue}` }
    return { workflowId, outcome: 'moved-on', status: now }
  })
}

/** Each by itself where they are not possible together: their deduplication ids are in the way of each other's, or of a new one. */
async function changeApart(
  targets: readonly ManageTarget[],
  change: (targets: readonly ManageTarget[]) => Promise<Map<string, WorkflowStatus | null>>,
): Promise<Map<string, WorkflowStatus | null>> {
  try {
    return await change(targets)
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    if (targets.length < 2) return new Map()
  }
  const changed: [string, WorkflowStatus | null][] = []
  for (const target of targets) changed.push(...(await changeApart([target], change)))
  return new Map(changed)
}

/** In one transaction what DBOS's own client does, but only where the status is still the expected one. */
async function changeAll(
  { session, schema }: Database,
  verb: Exclude<ManageVerb, 'fork' | 'rewind'>,
  targets: readonly ManageTarget[],
  recorder: Recorder | undefined,
): Promise<Map<string, WorkflowStatus | null>> {
  const w = workflowStatus.in(schema, 'w')
  const parameters = [
    targets.map(idOf),
    targets.map(({ status }) => status),
    targets.map(({ queue }) => queue ?? internalQueue),
    targets.map(({ priority }) => priority ?? null),
    targets.map(({ delayUntilMs }) => delayUntilMs ?? null),
  ]
  const expected = `unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[])
    as t(id, status, queue, priority, delay_until)`
  return session.transaction(async (client) => {
    if (verb === 'delete') {
      const { rows } = await client.query<Row>(
        `select ${pick(w, ['id'])} from ${w} join ${expected} on ${w.id} = t.id and ${w.status} = t.status
         order by ${w.id} for update of w`,
        parameters,
      )
      const ids = rows.map(({ id }) => String(id))
      await recorder?.done(
        client,
        'delete',
        ids.map((workflowId) => ({ workflowId })),
      )
      await deleteRows(client, schema, ids)
      return new Map(ids.map((id) => [id, null]))
    }
    if (targets.length > 1) await lockStatuses(client, schema, targets)
    const { rows } = await client.query<Row>(
      `update ${w} set ${settings(schema, verb)} from ${expected}
       where ${w.id} = t.id and ${w.status} = t.status ${verb === 'requeue' ? isFreeThere(schema) : ''}
       returning ${pick(w, ['id', 'status'])}`,
      parameters,
    )
    const changed = new Map(rows.map((row) => [String(row.id), toStatus(row.status)]))
    const lines = targets.flatMap(({ workflowId, status }) =>
      changed.has(workflowId) ? [{ workflowId, before: { status } }] : [],
    )
    await recorder?.done(client, verb, lines)
    return changed
  })
}

/** A deduplication id is held by one workflow of each queue. */
function isFreeThere(schema: SystemSchema): string {
  const w = workflowStatus.in(schema, 'w')
  const o = workflowStatus.in(schema, 'o')
  return `and not exists (
    select from ${o} where ${o.queue} = t.queue and ${o.deduplicationId} = ${w.deduplicationId} and ${o.id} <> t.id)`
}

type SettingVerb = Exclude<ManageVerb, 'fork' | 'rewind' | 'delete'>

/**
 * As in the SDK's `cancelWorkflows`, `resumeWorkflows`, `setWorkflowPriority` and `setWorkflowDelay`, as far as this schema
 * has the columns; what is due by then is enqueued as by its `transitionDelayedWorkflows`. For `requeue` the SDK has nothing.
 */
function settings(schema: SystemSchema, verb: SettingVerb): string {
  const w = workflowStatus.in(schema, 'w')
  const updatedAt = `(extract(epoch from now()) * 1000)::bigint`
  const isDue = `${w.status} = 'DELAYED' and t.delay_until <= ${updatedAt}`
  const released = { ownerXid: 'null', deduplicationId: 'null', startedAt: 'null', updatedAt }
  const settingsByVerb = {
    cancel: { status: `'CANCELLED'`, queue: 'null', completedAt: updatedAt, ...released },
    resume: {
      status: `'ENQUEUED'`,
      queue: 't.queue',
      completedAt: 'null',
      recoveryAttempts: '0',
      deadline: 'null',
      ...released,
    },
    reprioritize: { priority: 't.priority', updatedAt },
    reschedule: {
      delayUntil: 't.delay_until',
      // The SDK's loop would do so within a second, where there is one.
      status: `case when ${isDue} then 'ENQUEUED' else ${w.status} end`,
      ...(workflowStatus.isIn(schema, 'isDebounced') && {
        deduplicationId: `case when ${isDue} and ${w.isDebounced} then null else ${w.deduplicationId} end`,
      }),
      updatedAt,
    },
    requeue: { queue: 't.queue', updatedAt },
  } satisfies Readonly<Record<SettingVerb, object>>
  return workflowStatus.set(schema, settingsByVerb[verb])
}

function idOf({ workflowId }: ManageTarget): string {
  return workflowId
}
