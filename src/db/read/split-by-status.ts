import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import { toList } from '../../core/words/any-of.ts'

/**
 * The same workflows as several filters, of one status each. The indexes of DBOS are of some statuses only: a condition on
 * others besides fits none of them, and reads every row.
 */
export function splitByStatus<Filter extends WorkflowFilter>(filter: Filter): Filter[] {
  const statuses = [...new Set(toList(filter.status))]
  return statuses.length > 1 ? statuses.map((status) => ({ ...filter, status })) : [filter]
}
