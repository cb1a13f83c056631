import type { BulkRow, PlannedTarget } from '../../core/manage/ledger.ts'
import { type BulkVerb, filteredStatusesByVerb, obstacleTo } from '../../core/manage/manage.ts'
import { matchingIds } from '../../core/manage/matching-ids.ts'
import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import type { Store } from '../../core/store.ts'
import { type BulkRequest, toRow } from './request.ts'

const pageSize = 1000

export interface Plan {
  readonly targets: readonly PlannedTarget[]
  /** What is clear without doing anything. */
  readonly settled: readonly BulkRow[]
}

function withoutUndefined(filter: WorkflowFilter): WorkflowFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

function matching(store: Store, verb: BulkVerb, filter: WorkflowFilter): Promise<string[]> {
  return matchingIds(store, { status: filteredStatusesByVerb[verb], ...withoutUndefined(filter) })
}

/** What `expand` would bring to light, as things stand. */
export async function preview(store: Store, request: BulkRequest, { targets, settled }: Plan): Promise<Plan> {
  const known = new Set([...targets, ...settled].map(({ workflowId }) => workflowId))
  const found = (await request.expand?.([...known])) ?? []
  const fresh = found.filter((id) => !known.has(id))
  return fresh.length > 0 ? makeFoundPlan(store, request, fresh) : { targets: [], settled: [] }
}

/** The plan for what `expand` brought to light. */
export async function makeFoundPlan(
  store: Store,
  request: BulkRequest,
  ids: readonly string[],
): Promise<Plan> {
  const { targets, settled } = await makePlan(store, request, ids)
  return { targets, settled: request.tellsWhatIsLeft ? settled : [] }
}

export async function makePlan(
  store: Store,
  { verb, filter, prepare }: BulkRequest,
  ids: readonly string[] | undefined,
): Promise<Plan> {
  const chosen = ids ?? (await matching(store, verb, filter ?? {}))
  const targets: PlannedTarget[] = []
  const settled: BulkRow[] = []
  for (let start = 0; start < chosen.length; start += pageSize) {
    const page = chosen.slice(start, start + pageSize)
    const states = await store.states(page)
    const stateById = new Map(states.map((state) => [state.workflowId, state]))
    const prepareOne = await prepare?.(states)
    for (const workflowId of page) {
      const state = stateById.get(workflowId)
      if (!state) {
        settled.push(toRow(workflowId, { outcome: 'not-found' }))
        continue
      }
      const { status } = state
      const obstacle = obstacleTo(verb, status)
      const prepared = obstacle === undefined ? await prepareOne?.(state) : { obstacle }
      if (prepared && 'obstacle' in prepared) {
        const reason = prepared.obstacle
        settled.push(toRow(workflowId, { outcome: 'no-op', before: status, after: status, reason }))
      } else {
        targets.push({ ...prepared, workflowId, status, updatedAt: state.updatedAt.toISOString() })
      }
    }
  }
  return { targets, settled }
}
