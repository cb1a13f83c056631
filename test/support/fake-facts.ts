import { dbosStep } from '../../src/core/dbos-names.ts'
import type { Situation } from '../../src/core/diagnosis/situation.ts'
import { type ChildCounts, type FactsOfMany, toListed } from '../../src/core/diagnosis/workflow-facts.ts'
import type { Board, BoardQuery, Store } from '../../src/core/store.ts'
import { isEnded, type WorkflowStatus } from '../../src/core/workflow.ts'
import type { FakeRows } from './fake-workflow.ts'

/** What one look at many tells, of what a look at each would. */
export function factsOf(
  situations: readonly Situation[],
  all: readonly FakeRows[],
  outputs: boolean,
): FactsOfMany {
  const [first] = situations
  const isAnyActive = situations.some(({ workflow }) => !isEnded(workflow.status))
  return {
    now: first?.now ?? new Date(),
    executors: isAnyActive ? first?.executors : undefined,
    facts: new Map(
      situations.map((situation) => {
        const { workflow, lastStep, waits, activeChildren, outlook, partition } = situation
        const { workflowId, status, error, output } = workflow
        const rows = all.find((one) => one.workflow.workflowId === workflowId)
        const isGoing = status === 'PENDING'
        const isQueued = status === 'ENQUEUED' || status === 'DELAYED'
        return [
          workflowId,
          {
            ...{ workflowId, parentId: rows?.parentId ?? null, forkedFrom: rows?.forkedFrom ?? null },
            ...{ partition, updatedAt: null, delayUntil: null, deadline: null },
            ...{ error, output: outputs ? output : null },
            lastStep: isGoing && lastStep ? withoutPayload(lastStep) : null,
            waits: isGoing ? waits : [],
            children: countChildren(workflowId, all),
            activeChild: isGoing ? (activeChildren.toSorted(byId)[0] ?? null) : null,
            outlook: isQueued ? outlook : null,
          },
        ]
      }),
    ),
  }
}

function byId(a: { readonly workflowId: string }, b: { readonly workflowId: string }): number {
  return a.workflowId < b.workflowId ? -1 : 1
}

function withoutPayload(step: NonNullable<Situation['lastStep']>): NonNullable<Situation['lastStep']> {
  return { ...step, error: null, output: step.name === dbosStep.sleep ? step.output : null }
}

function countChildren(workflowId: string, all: readonly FakeRows[]): ChildCounts | null {
  const statuses = all
    .filter(({ parentId }) => parentId === workflowId)
    .map(({ workflow }) => workflow.status)
  const count = (...among: readonly WorkflowStatus[]) =>
    statuses.filter((status) => among.includes(status)).length
  if (statuses.length === 0) return null
  return {
    total: statuses.length,
    succeeded: count('SUCCESS'),
    failed: count('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'),
    cancelled: count('CANCELLED'),
    running: count('PENDING'),
    queued: count('ENQUEUED', 'DELAYED'),
    isMore: false,
  }
}

/** One look at pages of workflows and single ones, made of looks at each. */
export async function boardOf(
  store: Pick<Store, 'list' | 'get' | 'facts' | 'roots'>,
  { pages = [], roots, ids = [], isAsked, outputs, counted = [] }: BoardQuery,
): Promise<Board> {
  const lists = await Promise.all(pages.map((page) => store.list(page)))
  const single = await Promise.all(ids.map((id) => store.get(id)))
  const top = roots && (await store.roots(roots))
  const found = [...(top?.roots ?? []), ...lists.flat(), ...single.flatMap((workflow) => workflow ?? [])]
  const rows = [...new Map(found.map((row) => [row.workflowId, row])).values()]
  if (pages.length + (roots ? 1 : 0) + ids.length > 1)
    rows.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  const asked = rows.filter(isAsked)
  const listed = toListed(asked, await store.facts(asked, { outputs }))
  const counts = await Promise.all(
    counted.map(async (filter) => (await store.list({ ...filter, limit: 1001 })).length),
  )
  return {
    rows: rows.map((row) => ({
      ...row,
      listed: listed.find(({ workflowId }) => workflowId === row.workflowId),
    })),
    counts,
    stoppedAt: top?.stoppedAt ?? null,
  }
}
