import { isDbosStep } from '../dbos-names.ts'
import type { Store } from '../store.ts'
import type { JsonValue, Message, Step, Workflow, WorkflowSummary } from '../workflow.ts'

/** The parts of a workflow that a case may look at, besides itself. */
export const parts = ['events', 'streams', 'steps', 'messages', 'children'] as const
export type Part = (typeof parts)[number]

export interface StreamEvidence {
  readonly closed: boolean
  readonly values: readonly JsonValue[]
}

/** What came of a workflow; of what was not asked for nothing. */
export interface Evidence {
  readonly workflow: Workflow
  readonly events: ReadonlyMap<string, JsonValue>
  readonly streams: ReadonlyMap<string, StreamEvidence>
  /** Those of DBOS's own are left out. */
  readonly steps: readonly Step[]
  readonly messages: readonly Message[]
  /** In the order of the steps that started them. */
  readonly children: readonly (Workflow | WorkflowSummary)[]
}

type EvidenceStore = Pick<
  Store,
  'events' | 'streamKeys' | 'streamValues' | 'steps' | 'messages' | 'children' | 'get'
>

/** Several statements: of a workflow that goes on each part is as it was a moment later. */
export async function gatherEvidence(
  store: EvidenceStore,
  workflow: Workflow,
  wanted: ReadonlySet<Part>,
): Promise<Evidence> {
  const { workflowId } = workflow
  const steps = wanted.has('steps') || wanted.has('children') ? await store.steps(workflowId) : []
  return {
    workflow,
    events: new Map(
      wanted.has('events') ? (await store.events(workflowId)).map(({ key, value }) => [key, value]) : [],
    ),
    streams: wanted.has('streams') ? await readStreams(store, workflowId) : new Map(),
    steps: steps.filter(({ name }) => !isDbosStep(name)),
    messages: wanted.has('messages') ? await store.messages(workflowId) : [],
    children: wanted.has('children') ? await readChildren(store, workflowId, steps) : [],
  }
}

async function readStreams(
  store: EvidenceStore,
  workflowId: string,
): Promise<ReadonlyMap<string, StreamEvidence>> {
  const streams = new Map<string, StreamEvidence>()
  for (const { key, closed } of await store.streamKeys(workflowId)) {
    const values: JsonValue[] = []
    for await (const batch of store.streamValues(workflowId, key))
      for (const { value } of batch) values.push(value)
    streams.set(key, { closed, values })
  }
  return streams
}

/** Of more than these only what a list has: each result is a statement. */
const mostWhole = 200

async function readChildren(
  store: EvidenceStore,
  workflowId: string,
  steps: readonly Step[],
): Promise<Evidence['children']> {
  const children = await store.children(workflowId)
  const stepById = new Map(steps.flatMap(({ step, childId }) => (childId === null ? [] : [[childId, step]])))
  const placeOf = ({ workflowId: id }: WorkflowSummary) => stepById.get(id) ?? Number.POSITIVE_INFINITY
  const ordered = children.toSorted((a, b) => placeOf(a) - placeOf(b) || 0)
  if (ordered.length > mostWhole) return ordered
  const whole: (Workflow | WorkflowSummary)[] = []
  for (const child of ordered) whole.push((await store.get(child.workflowId)) ?? child)
  return whole
}
