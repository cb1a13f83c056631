import { dbosStep } from '../../src/core/dbos-names.ts'
import type { Situation } from '../../src/core/diagnosis/situation.ts'
import type { ChildCounts, FactsOfMany } from '../../src/core/diagnosis/workflow-facts.ts'
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
