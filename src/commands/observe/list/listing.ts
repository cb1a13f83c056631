import type { ListedWorkflow } from '../../../core/diagnosis/workflow-facts.ts'
import type { CountedField } from '../../../core/manage/manage.ts'
import { describeFilter, type WorkflowFilter } from '../../../core/manage/workflow-filter.ts'
import type { Store, WorkflowQuery } from '../../../core/store.ts'
import type { FilterFlags } from '../../../frame/filter-options.ts'
import type { OutputFlags } from '../../../frame/output-format.ts'
import type { Column } from '../../../render/table.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

export type ListColumns = readonly Column<ListedWorkflow>[]

export interface ListFlags extends DatabaseFlags, OutputFlags, FilterFlags {
  readonly children: boolean
  readonly limit?: number
  readonly sort: 'newest' | 'oldest'
  readonly after?: string
  readonly columns?: ListColumns
  readonly countBy?: CountedField
  readonly watch: boolean
}

export const usualLimit = 20

/** What was asked for. */
export interface Listing {
  readonly filter: WorkflowFilter
  readonly query: Omit<WorkflowQuery, 'limit'>
  readonly limit: number
}

/** Undefined where it narrows nothing. */
export function narrowing(filter: WorkflowFilter): WorkflowFilter | undefined {
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined
}

export function noneIn({ database }: Store, filter: WorkflowFilter): string {
  const described = describeFilter(filter)
  return `No workflow in ${database.label}${described ? `: ${described}` : ''}.`
}
