import type { JsonValue, Step, Wait, WorkflowError, WorkflowSummary } from '../workflow.ts'
import type { Cause } from './cause.ts'
import { diagnose } from './diagnose.ts'
import type { LiveExecutor, Outlook } from './situation.ts'

/** No more children of a workflow are looked at to count them. */
export const countedChildren = 1000

/** What became of the children of a workflow. */
export interface ChildCounts {
  readonly total: number
  readonly succeeded: number
  /** ERROR and given up. */
  readonly failed: number
  readonly cancelled: number
  /** PENDING, and what only a newer DBOS knows. */
  readonly running: number
  /** ENQUEUED and DELAYED. */
  readonly queued: number
  /** There are more than `countedChildren`; the other numbers are of those that were looked at. */
  readonly isMore: boolean
}

/** What one look at many workflows tells of each. */
export interface WorkflowFacts {
  readonly workflowId: string
  readonly parentId: string | null
  readonly forkedFrom: string | null
  readonly partition: string | null
  /** Of the row; steps are not counted. */
  readonly updatedAt: Date | null
  readonly delayUntil: Date | null
  /** When DBOS cancels it. */
  readonly deadline: Date | null
  readonly error: WorkflowError | null
  /** Null where it was not asked for. */
  readonly output: JsonValue
  /** Of a workflow that is PENDING. */
  readonly lastStep: Step | null
  readonly waits: readonly Wait[]
  /** Null without children. */
  readonly children: ChildCounts | null
  /** Of a workflow that is PENDING, one that has not ended. */
  readonly activeChild: WorkflowSummary | null
  /** Of its queue; null where it waits on none, and where a look at many queues leaves it out. */
  readonly outlook: Outlook | null
}

export interface FactsOfMany {
  /** The database's clock. */
  readonly now: Date
  /** Undefined where this role or a pooler does not let us see sessions, and where nothing that goes on was asked about. */
  readonly executors: readonly LiveExecutor[] | undefined
  /** Of those that are there, by id. */
  readonly facts: ReadonlyMap<string, WorkflowFacts>
}

/** A row of `list`, with why it is where it is. */
export interface ListedWorkflow extends WorkflowSummary {
  readonly parentId: string | null
  readonly forkedFrom: string | null
  readonly error: WorkflowError | null
  readonly output: JsonValue
  readonly waits: readonly Wait[]
  readonly children: ChildCounts | null
  readonly cause: Cause
}

/** Why it is where it is, in short. */
export interface ListedState {
  /** As `explain` has it. */
  readonly cause: Cause['kind']
  /** Nothing that is on its way will move it. */
  readonly stuck: boolean
  /** Since when, and until when, it waits or holds for something. */
  readonly since: Date | null
  readonly until: Date | null
}

export function toListedState(cause: Cause): ListedState {
  const wait = 'wait' in cause ? cause.wait : undefined
  const since = 'since' in cause ? cause.since : 'lastSign' in cause ? cause.lastSign : wait?.since
  const until = 'until' in cause ? cause.until : wait?.until
  return { cause: cause.kind, stuck: isStuck(cause), since: since ?? null, until: until ?? null }
}

/** Without what was gone when the facts were read. */
export function toListed(
  workflows: readonly WorkflowSummary[],
  { now, executors, facts }: FactsOfMany,
): ListedWorkflow[] {
  return workflows.flatMap((workflow) => {
    const own = facts.get(workflow.workflowId)
    if (!own) return []
    const { parentId, forkedFrom, error, output, waits, children } = own
    const cause = causeOf(workflow, own, { now, executors })
    return { ...workflow, parentId, forkedFrom, error, output, waits, children, cause }
  })
}

/** The first cause of `explain`, as far as a look at many tells it: what earlier runs did is not asked. */
function causeOf(
  workflow: WorkflowSummary,
  facts: WorkflowFacts,
  { now, executors }: Pick<FactsOfMany, 'now' | 'executors'>,
): Cause {
  const { lastStep, activeChild, waits } = facts
  const { className, configName, queue, application } = workflow
  const { causes } = diagnose({
    ...facts,
    workflow: { ...workflow, input: null, output: facts.output, error: facts.error },
    now,
    executors,
    ahead: [],
    aheadCount: 0,
    // Whether others were taken before it is not looked at, so it is not late.
    lastTakenAt: now,
    stepCount: lastStep ? lastStep.step + 1 : 0,
    failedStep: null,
    failedStepCount: 0,
    waits,
    unread: [],
    activeChildren: activeChild ? [activeChild] : [],
    // That nobody knows its name would take a look at all of that name.
    provenOrigins: [{ className, configName, queue, application }],
    knownNames: [],
    learned: null,
  })
  return causes[0]
}

const stuckCauses: readonly Cause['kind'][] = [
  ...(['no-worker', 'queue-missing', 'queue-elsewhere', 'partition-missing', 'version-gone'] as const),
  ...(['version-overtaken', 'not-polled', 'name-unregistered', 'executor-gone', 'executor-silent'] as const),
  ...(['wait-overdue', 'dead'] as const),
]

/** Nothing that is on its way will move it. */
export function isStuck({ kind }: Cause): boolean {
  return stuckCauses.includes(kind)
}
