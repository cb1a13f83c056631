import type { WorkflowFilter } from '../../../core/manage/workflow-filter.ts'
import { toList } from '../../../core/words/any-of.ts'
import { msOf } from '../../../core/words/far-date.ts'
import type { WorkflowSummary } from '../../../core/workflow.ts'
import { type InSql, pick } from '../../tables/define-table.ts'
import { hasNameIndex } from '../../tables/name-index.ts'
import type { Database } from '../../tables/system-database.ts'
import { workflowStatus } from '../../tables/workflow-status.ts'
import { filterConditions } from '../filter-conditions.ts'
import { splitByStatus } from '../split-by-status.ts'

interface LookQuery {
  readonly filter?: WorkflowFilter
  readonly order?: 'newest' | 'oldest'
  readonly after?: Pick<WorkflowSummary, 'workflowId' | 'createdAt'>
  /** So many rows are looked at. */
  readonly look: number
  /** All columns, and not only what tells rows apart. */
  readonly isWhole?: boolean
  /** SQL that ends the look earlier, of rows of `w`. */
  readonly within?: string
  /** By statuses also where an index has the names: more of them may have been looked at for it. */
  readonly isByStatus?: boolean
}

/**
 * SQL for the newest rows, or the oldest, of what an index finds of a filter: its times, and its names where an index has them,
 * else its statuses. Never more rows than the look has; `matches` says which of them the whole filter lets through.
 */
export async function selectLook(
  database: Database,
  { filter = {}, order, after, look, isWhole = false, within, isByStatus = false }: LookQuery,
  parameters: unknown[],
): Promise<string> {
  const { schema } = database
  const w = workflowStatus.in(schema, 'w')
  const shown = isWhole ? 'w.*' : pick(w, ['id', 'parentId', 'createdAt'])
  const direction = order === 'oldest' ? 'asc' : 'desc'
  const { since, until } = filter
  const select = (found: WorkflowFilter): string => {
    const conditions = filterConditions(schema, { ...found, since, until }, parameters)
    if (after) conditions.push(...isBehind(w, after, order, parameters))
    if (within !== undefined) conditions.push(within)
    const matches = filterConditions(schema, filter, parameters)
    return `(select ${shown}, (${matches.join(' and ')}) as matches from ${w}
      where ${conditions.join(' and ')} order by ${w.createdAt} ${direction} limit ${look})`
  }
  const found = isByStatus ? splitByStatus({ status: filter.status }) : await splitByIndex(database, filter)
  const parts = found.map(select)
  if (parts.length === 1) return parts.join()
  const created = isWhole ? w.createdAt : '"createdAt"'
  return `select * from (${parts.join(' union all ')}) w order by ${created} ${direction} limit ${look}`
}

async function splitByIndex(database: Database, { name, status }: WorkflowFilter): Promise<WorkflowFilter[]> {
  const names = [...new Set(toList(name))]
  const isIndexed = names.length > 0 && names.every((one) => !one.includes('.'))
  if (isIndexed && (await hasNameIndex(database))) return names.map((one) => ({ name: one }))
  return splitByStatus({ status })
}

function isBehind(
  w: Pick<InSql<'createdAt' | 'id'>, 'createdAt' | 'id'>,
  { createdAt, workflowId }: Pick<WorkflowSummary, 'workflowId' | 'createdAt'>,
  order: LookQuery['order'],
  parameters: unknown[],
): readonly string[] {
  parameters.push(msOf(createdAt), workflowId)
  const [at, id] = [`$${parameters.length - 1}`, `$${parameters.length}`]
  const isOldestFirst = order === 'oldest'
  return [
    `${w.createdAt} ${isOldestFirst ? '>=' : '<='} ${at}`,
    `(${w.createdAt}, ${w.id}) ${isOldestFirst ? '>' : '<'} (${at}, ${id})`,
  ]
}
