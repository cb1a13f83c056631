import { toListed } from '../../core/diagnosis/workflow-facts.ts'
import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import { type Board, type BoardQuery, countedOnBoard } from '../../core/store.ts'
import type { WorkflowSummary } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { readExecutors } from '../executors/read-executors.ts'
import type { Database } from '../tables/system-database.ts'
import { summaryColumns, toSummary, workflowStatus } from '../tables/workflow-status.ts'
import { filterConditions } from './filter-conditions.ts'
import { readRoots } from './look/read-roots.ts'
import { readFacts } from './read-facts.ts'
import { listWorkflows } from './read-workflows.ts'

/** In one transaction, which is all that it costs whoever counts them. */
export function readBoard(database: OpenDatabase, query: BoardQuery): Promise<Board> {
  return database.session.transaction(async (client) => {
    const session = {
      ...database.session,
      query: async (sql: string, parameters: readonly unknown[] = []) =>
        (await client.query<Row>(sql, [...parameters])).rows,
    }
    const inside = { ...database, session }
    const executors = async () => (await readExecutors(inside))?.executors
    return readInside({ ...inside, executors }, query)
  })
}

async function readInside(
  database: OpenDatabase,
  { pages = [], roots, ids = [], isAsked, outputs, counted = [] }: BoardQuery,
): Promise<Board> {
  const top = roots && (await readRoots(database, roots))
  const found: WorkflowSummary[] = [...(top?.roots ?? [])]
  for (const page of pages) found.push(...(await listWorkflows(database, page)))
  const missing = without(ids, found)
  if (missing.length > 0) found.push(...(await readThese(database, missing)))
  const rows = [...new Map(found.map((row) => [row.workflowId, row])).values()]
  if (pages.length + Number(roots !== undefined) + Number(ids.length > 0) > 1) rows.sort(newestFirst)
  const asked = rows.filter(isAsked)
  const facts = asked.length > 0 ? await readFacts(database, asked, { outputs }) : undefined
  const listed = new Map((facts ? toListed(asked, facts) : []).map((one) => [one.workflowId, one]))
  const counts: number[] = []
  for (const filter of counted) counts.push(await count(database, filter))
  return {
    rows: rows.map((row) => ({ ...row, listed: listed.get(row.workflowId) })),
    counts,
    stoppedAt: top?.stoppedAt ?? null,
  }
}

function without(ids: readonly string[], found: readonly WorkflowSummary[]): readonly string[] {
  if (ids.length === 0) return ids
  const known = new Set(found.map(({ workflowId }) => workflowId))
  return ids.filter((id) => !known.has(id))
}

async function readThese({ session, schema }: Database, ids: readonly string[]): Promise<WorkflowSummary[]> {
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `select ${summaryColumns(schema, 'w')} from ${w} where ${w.id} = any($1)`,
    [ids],
  )
  return rows.map(toSummary)
}

async function count({ session, schema }: Database, filter: WorkflowFilter): Promise<number> {
  const w = workflowStatus.in(schema, 'w')
  const parameters: unknown[] = []
  const conditions = filterConditions(schema, filter, parameters)
  const [row] = await session.query(
    `select count(*) as found from (
       select from ${w} where ${conditions.join(' and ')} limit ${countedOnBoard + 1}
     ) counted`,
    parameters,
  )
  return Number(row?.found ?? 0)
}

/** Ids of one moment are in the order of Postgres within a page; between pages any order will do. */
function newestFirst(a: WorkflowSummary, b: WorkflowSummary): number {
  return b.createdAt.getTime() - a.createdAt.getTime()
}
