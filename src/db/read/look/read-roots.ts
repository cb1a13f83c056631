import { lookedAt, type RootsPage, type RootsQuery } from '../../../core/roots.ts'
import type { Row } from '../../connection/connect.ts'
import { pick } from '../../tables/define-table.ts'
import { toDate } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import { summaryColumns, toSummary, workflowStatus } from '../../tables/workflow-status.ts'
import { selectLook } from './select-look.ts'

/** So many parents of children that were looked at are followed to their roots, and so far up. */
const followedParents = 50
const followedLevels = 20

/**
 * Walks the index on the time of creation, and stops after so many rows: there is none on what has no parent. A root behind
 * a large fan-out is found by its children.
 */
export async function readRoots(database: Database, query: RootsQuery): Promise<RootsPage> {
  const { limit } = query
  if (query.look !== undefined) return readSomeRoots(database, query)
  const rows = await readNearRoots(database, query)
  const [seen] = rows
  const near = rows.filter(({ id }) => id !== null)
  const isCut = Number(seen?.rows ?? 0) >= lookedAt
  const isShort = isCut && near.length < limit && mayBeFar(query)
  const far = isShort ? await readFarRoots(database, query, limit - near.length) : []
  const rootCount = Number(seen?.roots ?? 0)
  return {
    roots: [...near, ...far].map(toSummary),
    rootCount: rootCount + far.length,
    childCount: query.filter ? 0 : Number(seen?.rows ?? 0) - rootCount,
    stoppedAt: isCut ? toDate(seen?.end) : null,
  }
}

/** What a filter lets through says nothing of the roots of others. */
function mayBeFar({ order, filter }: RootsQuery): boolean {
  return order !== 'oldest' && filter === undefined
}

/** Ends the walk at the last root that is shown, and counts nothing. */
async function readSomeRoots(database: Database, query: RootsQuery): Promise<RootsPage> {
  const { session, schema } = database
  const w = workflowStatus.in(schema, 'w')
  const parameters: unknown[] = []
  const { filter, order, after, look = lookedAt } = query
  const recent = await selectLook(database, { filter, order, after, look, isWhole: true }, parameters)
  parameters.push(query.limit)
  const direction = query.order === 'oldest' ? 'asc' : 'desc'
  const near = await session.query(
    `select * from (
       select ${summaryColumns(schema, 'w')} from (${recent}) w where ${w.parentId} is null and matches limit $${parameters.length}
     ) root order by "createdAt" ${direction}, id ${direction}`,
    parameters,
  )
  const isShort = near.length < query.limit && mayBeFar(query) && !query.nearOnly
  const far = isShort ? await readFarRoots(database, query, query.limit - near.length) : []
  return { roots: [...near, ...far].map(toSummary), rootCount: 0, childCount: 0, stoppedAt: null }
}

/** At least one row, with the counts; without an id where there is no root. */
async function readNearRoots(database: Database, query: RootsQuery): Promise<readonly Row[]> {
  const { session, schema } = database
  const w = workflowStatus.in(schema, 'w')
  const parameters: unknown[] = []
  const recent = await selectLook(database, { look: lookedAt, ...query }, parameters)
  const [direction, end] = query.order === 'oldest' ? ['asc', 'max'] : ['desc', 'min']
  parameters.push(query.limit)
  return session.query(
    `with recent as materialized (${recent}),
     seen as (
       select count(*) as rows, count(*) filter (where "parentId" is null and matches) as roots, ${end}("createdAt") as end from recent
     ),
     near as (
       select id from recent where "parentId" is null and matches
       order by "createdAt" ${direction}, id ${direction} limit $${parameters.length}
     )
     select seen.*, root.* from seen left join (
       select ${summaryColumns(schema, 'w')} from near join ${w} on ${w.id} = near.id
     ) root on true
     order by root."createdAt" ${direction}, root.id ${direction}`,
    parameters,
  )
}

/** Of the children that were looked at, the roots that were not. */
async function readFarRoots(database: Database, query: RootsQuery, limit: number): Promise<readonly Row[]> {
  const { session, schema } = database
  const w = workflowStatus.in(schema, 'w')
  const p = workflowStatus.in(schema, 'p')
  const parameters: unknown[] = []
  const recent = await selectLook(database, { look: lookedAt, ...query }, parameters)
  parameters.push(limit)
  return session.query(
    `with recursive recent as materialized (${recent}),
     above as (
       select parent.id, ${pick(p, ['parentId'])}, 1 as level
       from (
         select distinct "parentId" as id from recent child
         where "parentId" is not null and not exists (select from recent r where r.id = child."parentId")
         limit ${followedParents}
       ) parent join ${p} on ${p.id} = parent.id
       union
       select ${pick(p, ['id', 'parentId'])}, level + 1
       from above join ${p} on ${p.id} = above."parentId" where level < ${followedLevels}
     )
     select ${summaryColumns(schema, 'w')} from ${w}
     where ${w.id} in (select id from above where "parentId" is null)
       and ${w.id} not in (select id from recent)
     order by ${w.createdAt} desc, ${w.id} desc limit $${parameters.length}`,
    parameters,
  )
}
