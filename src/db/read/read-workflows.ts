import type { WorkflowOrigin } from '../../core/run/start.ts'
import type { WorkflowPlace, WorkflowQuery } from '../../core/store.ts'
import { msOf } from '../../core/words/far-date.ts'
import type { Workflow, WorkflowSummary } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { needsPortable } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { toDate, toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import {
  originWords,
  selectWorkflows,
  summaryColumns,
  toOrigin,
  toSummary,
  toWorkflow,
  workflowStatus,
} from '../tables/workflow-status.ts'
import { filterConditions } from './filter-conditions.ts'
import { recentRows, selectNewestOfNames } from './newest-of-name.ts'
import { isByGuess, selectQueued } from './select-queued.ts'
import { splitByStatus } from './split-by-status.ts'

/** Of one name. */
const recentOfName = 200

export async function listWorkflows(database: Database, query: WorkflowQuery): Promise<WorkflowSummary[]> {
  const rows = await readPage(database, query, summaryColumns(database.schema, 'w'))
  return rows.map(toSummary)
}

export async function listPlaces(database: Database, query: WorkflowQuery): Promise<WorkflowPlace[]> {
  const w = workflowStatus.in(database.schema, 'w')
  const rows = await readPage(database, query, pick(w, ['id', 'createdAt']))
  return rows.map(({ id, createdAt }) => ({
    workflowId: String(id),
    createdAt: toDate(createdAt) ?? new Date(0),
  }))
}

async function readPage(
  { session, schema }: Database,
  query: WorkflowQuery,
  columns: string,
): Promise<Row[]> {
  const w = workflowStatus.in(schema, 'w')
  const parameters: unknown[] = []
  const isOldestFirst = query.order === 'oldest'
  const direction = isOldestFirst ? 'asc' : 'desc'
  const order = `${w.createdAt} ${direction}, ${w.id} ${direction}`
  const conditionsOf = (part: Partial<WorkflowQuery>): string[] => {
    const conditions = filterConditions(schema, part, parameters)
    if (query.after) {
      parameters.push(msOf(query.after.createdAt), query.after.workflowId)
      const { length } = parameters
      conditions.push(`(${w.createdAt}, ${w.id}) ${isOldestFirst ? '>' : '<'} ($${length - 1}, $${length})`)
    }
    return conditions
  }
  const select = (part: WorkflowQuery): string => {
    const conditions = conditionsOf(part)
    parameters.push(part.limit)
    const limit = `$${parameters.length}`
    if (isByGuess(part)) {
      const times = conditionsOf({ since: part.since, until: part.until })
      const status = filterConditions(schema, { status: part.status }, parameters)
      return selectQueued(schema, { columns, conditions, status, times, direction, limit })
    }
    return `(select ${columns} from ${w} where ${conditions.join(' and ')} order by ${order} limit ${limit})`
  }
  const parts = splitByStatus(query).map(select)
  if (parts.length === 1) return session.query(parts.join(), parameters)
  parameters.push(query.limit)
  const all = `select * from (${parts.join(' union all ')}) parts
    order by "createdAt" ${direction}, id ${direction} limit $${parameters.length}`
  return session.query(all, parameters)
}

export async function getWorkflow(
  { session, schema }: Database,
  workflowId: string,
): Promise<Workflow | undefined> {
  const w = workflowStatus.in(schema, 'w')
  const [row] = await session.query(`${selectWorkflows(schema)} where ${w.id} = $1`, [workflowId])
  return row && toWorkflow(row)
}

/** Those of these ids that are workflows. */
export async function listExisting(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<string[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(`select ${pick(w, ['id'])} from ${w} where ${w.id} = any($1)`, [
    workflowIds,
  ])
  return rows.map(({ id }) => String(id))
}

export async function findByPrefix(
  { session, schema }: Database,
  prefix: string,
  limit: number,
): Promise<string[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select ${pick(w, ['id'])} from ${w} where starts_with(${w.id}, $1) order by ${w.id} collate "C" limit $2`,
    [prefix, limit],
  )
  return rows.map(({ id }) => String(id))
}

export async function listChildren(
  { session, schema }: Database,
  workflowId: string,
): Promise<WorkflowSummary[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select ${summaryColumns(schema, 'w')} from ${w}
     where ${w.parentId} = $1 order by ${w.createdAt}, ${w.id}`,
    [workflowId],
  )
  return rows.map(toSummary)
}

export async function listOrigins(database: Database, name: string): Promise<WorkflowOrigin[]> {
  const recent = await selectNewestOfNames(
    database,
    ['className', 'configName', 'queue', 'application', 'status'],
    recentOfName,
  )
  const rows = await database.session.query(
    `select ${originWords} from (${recent}) recent
     group by 1, 2, 3, 4
     order by bool_or(status not in ('ENQUEUED', 'DELAYED')) desc, max("createdAt") desc`,
    [[name]],
  )
  return rows.map(toOrigin)
}

export async function lastRanPortable(database: Database, name: string): Promise<boolean> {
  const recent = await selectNewestOfNames(database, ['serialization', 'status'], recentOfName)
  const [row] = await database.session.query(
    `select serialization from (${recent}) recent
     where status not in ('ENQUEUED', 'DELAYED') order by "createdAt" desc limit 1`,
    [[name]],
  )
  return needsPortable(toText(row?.serialization))
}

export async function listNames({ session, schema }: Database, limit: number): Promise<string[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select name from (
       select ${pick(w, ['name', 'createdAt'])} from ${w}
       where ${w.name} is not null order by ${w.createdAt} desc limit ${recentRows}
     ) recent
     group by name order by max("createdAt") desc limit $1`,
    [limit],
  )
  return rows.map(({ name }) => String(name))
}
