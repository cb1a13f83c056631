import { lookedAt, type RootsPage, type RootsQuery } from '../../../core/roots.ts'
import type { Row } from '../../connection/connect.ts'
import { pick } from '../../tables/define-table.ts'
import { toDate } from '../../tables/rows.ts'
import type { SystemSchema } from '../../tables/schema.ts'
import type { Database } from '../../tables/system-database.ts'
import { summaryColumns, toSummary, workflowStatus } from '../../tables/workflow-status.ts'
import { selectLook } from './select-look.ts'

/** So many parents of children that were looked at are followed to their roots, and so far up. */
const followedParents = 50
const followedLevels = 20
/** So many parents that were not looked at are asked for, whether they are there. */
const askedParents = 100
/** Later than any workflow was created, in epoch milliseconds. */
const farMs = '9223372036854775807'

/**
 * Walks the index on the time of creation, and stops after so many rows: there is none on what has no parent. A root behind
 * a large fan-out is found by its children. One whose parent was deleted is a root, too.
 */
export async function readRoots(database: Database, asked: RootsQuery): Promise<RootsPage> {
  // That it has no parent is said by what is asked for.
  const query =
    asked.filter?.hasParent === false
      ? { ...asked, filter: { ...asked.filter, hasParent: undefined } }
      : asked
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
  const { filter, order, after, look = lookedAt, limit } = query
  const looked = { filter, order, after, look, isWhole: true }
  const recent = await selectLook(database, looked, parameters)
  parameters.push(limit)
  const most = `$${parameters.length}`
  const [direction, end, within] =
    order === 'oldest'
      ? ['asc', 'max', `<= coalesce((select at from last), ${farMs})`]
      : ['desc', 'min', '>= coalesce((select at from last), 0)']
  const before = await selectLook(database, { ...looked, within: `${w.createdAt} ${within}` }, parameters)
  const shown = `${summaryColumns(schema, 'w')}, ${pick(w, ['parentId'])}`
  const near = await session.query(
    `with near as materialized (
       select ${shown} from (${recent}) w where ${w.parentId} is null and matches limit ${most}
     ),
     last as (select ${end}("createdAt") as at from near having count(*) = ${most}),
     child as materialized (
       select ${shown} from (${before}) w where ${w.parentId} is not null and matches
     ),
     ${selectGone(schema, 'child', 'select id from near union all select id from child', order)}
     select * from near union all select * from child where "parentId" in (select id from gone)
     order by "createdAt" ${direction}, id ${direction} limit ${most}`,
    parameters,
  )
  const isShort = near.length < limit && mayBeFar(query) && !query.nearOnly
  const far = isShort ? await readFarRoots(database, query, limit - near.length) : []
  return { roots: [...near, ...far].map(toSummary), rootCount: 0, childCount: 0, stoppedAt: null }
}

/**
 * A table of a `with`: `gone (id)`, parents of these children that are not there any more. Those that are not `known` to be
 * there, which is SQL for ids, are asked for, of the nearest children first. Not all of very many are, so that a look costs
 * no more than so much, whatever it finds.
 */
function selectGone(
  schema: SystemSchema,
  children: string,
  known: string,
  order: RootsQuery['order'],
): string {
  const p = workflowStatus.in(schema, 'p')
  const nearest = order === 'oldest' ? 'min("createdAt")' : 'max("createdAt") desc'
  return `known as materialized (${known}),
    gone as materialized (
      select id from (
        select "parentId" as id from ${children} child
        where "parentId" is not null and not exists (select from known where known.id = child."parentId")
        group by 1 order by ${nearest} limit ${askedParents}
      ) asked where (select true from ${p} where ${p.id} = asked.id) is null
    )`
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
     matching as materialized (select id, "parentId", "createdAt" from recent where matches),
     ${selectGone(schema, 'matching', 'select id from recent', query.order)},
     root as materialized (
       select id, "createdAt" from matching where "parentId" is null or "parentId" in (select id from gone)
     ),
     seen as (
       select count(*) as rows, (select count(*) from root) as roots, ${end}("createdAt") as end from recent
     ),
     near as (
       select id from root order by "createdAt" ${direction}, id ${direction} limit $${parameters.length}
     )
     select seen.*, shown.* from seen left join (
       select ${summaryColumns(schema, 'w')} from near join ${w} on ${w.id} = near.id
     ) shown on true
     order by shown."createdAt" ${direction}, shown.id ${direction}`,
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
     where ${w.id} in (
         select id from above
         where "parentId" is null or (select true from ${p} where ${p.id} = above."parentId") is null)
       and ${w.id} not in (select id from recent)
     order by ${w.createdAt} desc, ${w.id} desc limit $${parameters.length}`,
    parameters,
  )
}
