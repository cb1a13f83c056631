import type { Change } from '../../src/core/change.ts'
import { CliError } from '../../src/core/errors.ts'
import { createRows, deliver, type FakeRows, type FakeWorkflow, perform, settle } from './fake-workflow.ts'

/** The workflows of a fake store, what happened to them, and who waits for more. */
export interface FakeWorld {
  readonly entries: Map<string, Entry>
  readonly closed: boolean
  /** Somebody has seen all there is and waits for more. */
  readonly isFollowed: boolean
  readClock(): Date
  allRows(): FakeRows[]
  /** Throws `workflow-not-found`. */
  entryOf(workflowId: string): Entry
  add(workflow: FakeWorkflow): void
  change(workflowId: string, act: (rows: FakeRows) => void): void
  happened(): void
  untilSomethingHappens(signal: AbortSignal): Promise<void>
  close(): void
}

type WithoutPlace<One> = One extends Change ? Omit<One, 'cursor' | 'workflowId'> : never
/** A change that no follower has seen yet. */
export type Draft = WithoutPlace<Change>

interface Entry {
  readonly rows: FakeRows
  /** What happened but for statuses and waits, in order. */
  readonly log: Draft[]
}

export function createFakeWorld(workflows: readonly FakeWorkflow[], readClock: () => Date): FakeWorld {
  const entries = new Map<string, Entry>()
  const sleepers = new Set<() => void>()
  let closed = false
  const entryOf = (workflowId: string): Entry => {
    const entry = entries.get(workflowId)
    if (!entry) throw notFound(workflowId)
    return entry
  }
  const happened = (): void => {
    for (const wake of sleepers) wake()
  }
  const change = (workflowId: string, act: (rows: FakeRows) => void): void => {
    const entry = entryOf(workflowId)
    const before = snapshot(entry.rows)
    act(entry.rows)
    entry.log.push(...differences(before, entry.rows))
    happened()
  }
  const add = (workflow: FakeWorkflow): void => {
    const id = workflow.workflowId
    const rows = createRows(workflow)
    entries.set(id, { rows, log: [] })
    for (const operation of workflow.did ?? []) change(id, () => perform(rows, operation))
    for (const { topic, message, sentAt } of workflow.unread ?? []) {
      change(id, () => void deliver(rows, topic, message, sentAt))
    }
    settle(rows, workflow)
  }
  for (const workflow of workflows) add(workflow)

  function untilSomethingHappens(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        sleepers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      sleepers.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }

  return {
    entries,
    get closed() {
      return closed
    },
    get isFollowed() {
      return sleepers.size > 0
    },
    readClock,
    allRows: () => [...entries.values()].map(({ rows }) => rows),
    entryOf,
    add,
    change,
    happened,
    untilSomethingHappens,
    close: () => {
      closed = true
      happened()
    },
  }
}

interface Snapshot {
  readonly steps: ReadonlySet<number>
  readonly events: number
  readonly streams: number
  readonly messages: readonly FakeRows['messages'][number][]
}

function snapshot({ steps, events, streams, messages }: FakeRows): Snapshot {
  return {
    steps: new Set(steps.map(({ step }) => step)),
    events: events.length,
    streams: streams.length,
    messages: [...messages],
  }
}

function differences(before: Snapshot, rows: FakeRows): Draft[] {
  const at = new Date(rows.clock)
  const steps = rows.steps.filter(({ step }) => !before.steps.has(step))
  const arrived = rows.messages
    .slice(before.messages.length)
    .map((message) => ({ ...withoutId(message), read: false, readByStep: null }))
  const read = rows.messages.filter((message, index) => message.read && !before.messages[index]?.read)
  return [
    ...rows.events.slice(before.events).map(({ key, value }) => ({ type: 'event' as const, at, key, value })),
    ...rows.streams
      .slice(before.streams)
      .map(({ key, offset, value }) =>
        value === undefined
          ? { type: 'stream-closed' as const, at, key }
          : { type: 'stream' as const, at, key, offset, value },
      ),
    ...arrived.map((message) => ({ type: 'message' as const, at: message.sentAt, message })),
    ...read.map((message) => ({ type: 'message' as const, at, message: withoutId(message) })),
    ...steps.flatMap(({ childId, name }) => (childId ? [{ type: 'child' as const, at, childId, name }] : [])),
    ...steps.map((step) => ({ type: 'step' as const, at: step.completedAt ?? at, step })),
  ]
}

export function withoutId({ messageId, ...message }: FakeRows['messages'][number]) {
  return message
}

function notFound(workflowId: string): CliError {
  return new CliError('workflow-not-found', `No workflow ${workflowId} in fake database.`, {
    hint: 'drover list',
  })
}
