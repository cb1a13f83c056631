import type { Situation } from '../../../core/diagnosis/situation.ts'
import type { Message, Workflow, WorkflowSummary } from '../../../core/workflow.ts'
import type { Row } from '../../connection/connect.ts'
import type { OpenDatabase } from '../../executors/open-database.ts'
import { messageColumns, notifications, toMessage } from '../../tables/notifications.ts'
import { toDate, toFilledText } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import {
  selectWorkflows,
  summaryColumns,
  toSummary,
  toWorkflow,
  workflowStatus,
} from '../../tables/workflow-status.ts'
import { readClock } from '../read-clock.ts'
import { isQueued, readOutlooks, toPlace } from '../read-outlook.ts'
import { readWaits } from '../read-waits.ts'
import { listNames } from '../read-workflows.ts'
import { readAhead } from './read-ahead.ts'
import { readLearned, readProvenOrigins } from './read-namesakes.ts'
import { readProgress } from './read-progress.ts'

const shownChildren = 5
const shownNames = 100

/**
 * Everything that tells why these are where they are, in their order, without those that are not there. However many they
 * are, it is the same statements, and what some have in common is read once.
 */
export async function readSituations(
  database: OpenDatabase,
  workflowIds: readonly string[],
  { payloads = true }: { readonly payloads?: boolean } = {},
): Promise<Situation[]> {
  const found = workflowIds.length === 0 ? [] : await readFound(database, workflowIds, payloads)
  if (found.length === 0) return []
  const workflows = found.map(({ workflow }) => workflow)
  const ids = workflows.map(({ workflowId }) => workflowId)
  const now = await readClock(database)
  const progressOf = await readProgress(database, ids)
  // Once it has recorded a step, who has it knows it.
  const ask = workflows.some(
    ({ workflowId, status }) =>
      status === 'ENQUEUED' ||
      status === 'DELAYED' ||
      (status === 'PENDING' && progressOf(workflowId).stepCount === 0),
  )
  const executors = await database.executors({ ask })
  const placed = found.filter(({ row }) => isQueued(row))
  const outlookOf = await readOutlooks(
    { ...database, executors: async () => executors },
    placed.map(({ row }) => toPlace(row)),
  )
  const aheadOf = await readAhead(
    database,
    placed.map(({ row }) => ({ row, isPartitioned: outlookOf(toPlace(row))?.queue.isPartitioned === true })),
  )
  // Who waits has recorded what it waits for, or until when.
  const begun = ids.filter((id) => progressOf(id).stepCount > 0)
  const waitsOf = byWorkflow(begun.length === 0 ? [] : await readWaits(database, begun))
  const unreadOf = byWorkflow(await readUnread(database, ids))
  const childrenOf = byWorkflow(await readActiveChildren(database, ids))
  const doubtful = workflows.filter(
    ({ workflowId, status, queue }) =>
      status === 'PENDING' && queue !== null && progressOf(workflowId).stepCount === 0,
  )
  const originsOf = await readProvenOrigins(database, doubtful)
  const unproven = doubtful.filter(
    ({ workflowId, className }) => !originsOf(workflowId).some((origin) => origin.className === className),
  )
  const knownNames = unproven.length === 0 ? [] : await listNames(database, shownNames)
  const silentOf = ({ workflowId, name }: Workflow) =>
    waitsOf(workflowId)
      .filter(({ asked }) => !asked)
      .map(({ step }) => ({ name, step }))
      .slice(0, 1)
  const learnedOf = await readLearned(database, workflows.flatMap(silentOf))
  return found.map(({ row, workflow }) => ({
    workflow,
    now,
    delayUntil: toDate(row.delayUntil),
    deadline: toDate(row.deadline),
    partition: toFilledText(row.partition),
    updatedAt: toDate(row.updatedAt),
    outlook: isQueued(row) ? (outlookOf(toPlace(row)) ?? null) : null,
    executors,
    ...aheadOf(workflow.workflowId),
    ...progressOf(workflow.workflowId),
    waits: waitsOf(workflow.workflowId),
    unread: unreadOf(workflow.workflowId),
    activeChildren: childrenOf(workflow.workflowId).map(({ child }) => child),
    provenOrigins: originsOf(workflow.workflowId),
    knownNames: unproven.includes(workflow) ? knownNames : [],
    learned: silentOf(workflow).map(learnedOf)[0] ?? null,
  }))
}

interface Found {
  /** With what tells its place in a queue, and its times. */
  readonly row: Row
  readonly workflow: Workflow
}

async function readFound(
  { session, schema }: Database,
  workflowIds: readonly string[],
  payloads: boolean,
): Promise<readonly Found[]> {
  const w = workflowStatus.in(schema, 'w')
  const more = ['partition', 'priority', 'delayUntil', 'deadline'] as const
  const rows = await session.query(
    `${selectWorkflows(schema, String(payloads), more)} where ${w.id} = any($1)`,
    [workflowIds],
  )
  const found = new Map(rows.map((row) => [String(row.id), { row, workflow: toWorkflow(row) }]))
  return workflowIds.flatMap((id) => found.get(id) ?? [])
}

async function readUnread(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<readonly Message[]> {
  const n = notifications.in(schema, 'n')
  const rows = await session.query(
    `select ${n.workflowId} as of, ${messageColumns(schema, 'n')} from ${n}
     where ${n.workflowId} = any($1) and not ${n.read} order by ${n.sentAt}, ${n.id}`,
    [workflowIds],
  )
  return rows.map((row) => toMessage(String(row.of), row))
}

interface ActiveChild {
  readonly workflowId: string
  readonly child: WorkflowSummary
}

/** By the id of the parent. */
async function readActiveChildren(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<readonly ActiveChild[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select parent.id as of, child.* from unnest($1::text[]) as parent(id)
     cross join lateral (
       select ${summaryColumns(schema, 'w')} from ${w}
       where ${w.parentId} = parent.id and ${w.status} in ('PENDING', 'ENQUEUED', 'DELAYED')
       order by ${w.createdAt}, ${w.id} limit ${shownChildren}
     ) child
     order by child."createdAt", child.id`,
    [workflowIds],
  )
  return rows.map((row) => ({ workflowId: String(row.of), child: toSummary(row) }))
}

function byWorkflow<Value extends { readonly workflowId: string }>(
  values: readonly Value[],
): (workflowId: string) => readonly Value[] {
  const found = new Map<string, Value[]>()
  for (const value of values) {
    const those = found.get(value.workflowId)
    if (those) those.push(value)
    else found.set(value.workflowId, [value])
  }
  return (workflowId) => found.get(workflowId) ?? []
}
