import { dbosStep } from '../../core/dbos-names.ts'
import { type ChildCounts, countedChildren, type FactsOfMany } from '../../core/diagnosis/workflow-facts.ts'
import type { FactsOptions } from '../../core/store.ts'
import { isEnded, type Step, type Wait, type WorkflowSummary } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { decodeError, decodeValue } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { operationOutputs, stepColumns, toStep } from '../tables/operation-outputs.ts'
import { toDate, toFilledText, toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { briefPayload, summaryColumns, toSummary, workflowStatus } from '../tables/workflow-status.ts'
import { isQueued, readOutlooks, toPlace } from './read-outlook.ts'
import { selectWaits, toWaits } from './read-waits.ts'

/** So many of the last steps of each are looked at for what it waits for. */
const recentSteps = 20
/** So many queues, or partitions, are looked at for what keeps workflows on them. */
const shownOutlooks = 8

export async function readFacts(
  database: OpenDatabase,
  workflows: readonly WorkflowSummary[],
  { outputs = false }: FactsOptions = {},
): Promise<FactsOfMany> {
  const active = workflows.filter(({ status }) => !isEnded(status))
  const pending = active.filter(({ status }) => status === 'PENDING').map(({ workflowId }) => workflowId)
  const rows = await readRows(database, workflows, outputs)
  const children = await readChildren(database, workflows)
  const lastSteps = await readLastSteps(database, pending)
  const waits = await readRecentWaits(database, pending, lastSteps)
  const executors = active.length > 0 ? await database.executors() : undefined
  const outlookOf = await readOutlooks(
    { ...database, executors: async () => executors },
    inOrder(rows, active).filter(isQueued).map(toPlace),
    shownOutlooks,
  )
  const [{ now = new Date() } = {}] = rows as { readonly now?: Date }[]
  return {
    now,
    executors,
    facts: new Map(
      rows.map((row) => {
        const id = String(row.id)
        const serialization = toText(row.serialization)
        return [
          id,
          {
            workflowId: id,
            parentId: toFilledText(row.parentId),
            forkedFrom: toFilledText(row.forkedFrom),
            partition: toFilledText(row.partition),
            updatedAt: toDate(row.updatedAt),
            delayUntil: toDate(row.delayUntil),
            deadline: toDate(row.deadline),
            error: decodeError(toText(row.error), serialization),
            output: decodeValue(toText(row.output), serialization),
            lastStep: lastSteps.get(id) ?? null,
            waits: waits.get(id) ?? [],
            children: children.counts.get(id) ?? null,
            activeChild: children.active.get(id) ?? null,
            outlook: isQueued(row) ? (outlookOf(toPlace(row)) ?? null) : null,
          },
        ]
      }),
    ),
  }
}

async function readRows(
  { session, schema }: Database,
  workflows: readonly WorkflowSummary[],
  outputs: boolean,
): Promise<readonly Row[]> {
  if (workflows.length === 0) return []
  const w = workflowStatus.in(schema, 'w')
  const [error, output] = [briefPayload(schema, 'error'), briefPayload(schema, 'output')]
  const shown = [
    ...(['id', 'parentId', 'forkedFrom', 'partition', 'updatedAt', 'delayUntil', 'deadline'] as const),
    ...(['status', 'queue', 'application', 'serialization'] as const),
  ]
  return session.query(
    `select ${pick(w, shown)}, ${error.sql} as error, ${outputs ? output.sql : 'null'} as output,
       clock_timestamp() as now
     from ${w} ${error.join}
     where ${w.id} = any($1)`,
    [workflows.map(({ workflowId }) => workflowId)],
  )
}

interface Children {
  readonly counts: ReadonlyMap<string, ChildCounts>
  readonly active: ReadonlyMap<string, WorkflowSummary>
}

/** Of each so many children as are counted, and one more that tells that there are others. */
async function readChildren(
  { session, schema }: Database,
  workflows: readonly WorkflowSummary[],
): Promise<Children> {
  const c = workflowStatus.in(schema, 'c')
  const rows = await session.query(
    `select parent.id, count(*) as total,
       count(*) filter (where child.status = 'SUCCESS') as succeeded,
       count(*) filter (where child.status in ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')) as failed,
       count(*) filter (where child.status = 'CANCELLED') as cancelled,
       count(*) filter (where child.status in ('ENQUEUED', 'DELAYED')) as queued,
       min(child.id) filter (where child.status in ('PENDING', 'ENQUEUED', 'DELAYED')) as active
     from unnest($1::text[]) as parent(id)
     cross join lateral (
       select ${pick(c, ['id', 'status'])} from ${c} where ${c.parentId} = parent.id limit ${countedChildren + 1}
     ) child
     group by parent.id`,
    [workflows.map(({ workflowId }) => workflowId)],
  )
  const going = new Set(
    workflows.filter(({ status }) => status === 'PENDING').map(({ workflowId }) => workflowId),
  )
  const ids = rows.flatMap(({ id, active }) =>
    active !== null && going.has(String(id)) ? [String(active)] : [],
  )
  const summaries = ids.length === 0 ? [] : await readSummaries({ session, schema }, ids)
  const byId = new Map(summaries.map((summary) => [summary.workflowId, summary]))
  return {
    counts: new Map(rows.map((row) => [String(row.id), toCounts(row)])),
    active: new Map(
      rows.flatMap(({ id, active }) => {
        const child = byId.get(String(active))
        return child ? [[String(id), child] as const] : []
      }),
    ),
  }
}

function toCounts(row: Row): ChildCounts {
  const [total, succeeded, failed, cancelled, queued] = [
    'total',
    'succeeded',
    'failed',
    'cancelled',
    'queued',
  ].map((word) => Number(row[word])) as [number, number, number, number, number]
  return {
    total: Math.min(total, countedChildren),
    ...{ succeeded, failed, cancelled, queued },
    running: total - succeeded - failed - cancelled - queued,
    isMore: total > countedChildren,
  }
}

async function readSummaries(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<readonly WorkflowSummary[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select ${summaryColumns(schema, 'w')} from ${w} where ${w.id} = any($1)`,
    [workflowIds],
  )
  return rows.map(toSummary)
}

async function readLastSteps(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<ReadonlyMap<string, Step>> {
  if (workflowIds.length === 0) return new Map()
  const o = operationOutputs.in(schema, 'o')
  // Of a sleep, how long; what other steps returned is not shown.
  const rows = await session.query(
    `select own.id, last.* from unnest($1::text[]) as own(id)
     cross join lateral (
       select ${stepColumns(o, { payloads: false })},
         case when ${o.name} = '${dbosStep.sleep}' then ${o.output} end as slept,
         ${o.serialization} as slept_serialization
       from ${o} where ${o.workflowId} = own.id order by ${o.step} desc limit 1
     ) last`,
    [workflowIds],
  )
  return new Map(
    rows.map((row) => [
      String(row.id),
      toStep({ ...row, output: row.slept, serialization: row.slept_serialization }),
    ]),
  )
}

/** What asks counts wherever it stands; what is inferred only from the last steps, so that long histories stay unread. */
async function readRecentWaits(
  { session, schema }: Database,
  workflowIds: readonly string[],
  lastSteps: ReadonlyMap<string, Step>,
): Promise<ReadonlyMap<string, readonly Wait[]>> {
  if (workflowIds.length === 0) return new Map()
  const followed = workflowIds.map((id) => ({
    id,
    high: (lastSteps.get(id)?.step ?? 0) - recentSteps,
    gaps: [],
  }))
  const rows = await session.query(selectWaits(schema, '$1'), [JSON.stringify(followed)])
  const waits = new Map<string, Wait[]>()
  for (const wait of toWaits(rows)) waits.set(wait.workflowId, [...(waits.get(wait.workflowId) ?? []), wait])
  return waits
}

function inOrder(rows: readonly Row[], workflows: readonly WorkflowSummary[]): Row[] {
  const byId = new Map(rows.map((row) => [String(row.id), row] as const))
  return workflows.map(({ workflowId }) => byId.get(workflowId)).filter((row) => row !== undefined)
}
