import type { Change } from '../../core/change.ts'
import { beforeItsEnd, endOf, signatureOf } from '../../core/feed-rules.ts'
import type { FollowOptions } from '../../core/store.ts'
import { isEnded, type Wait, type Workflow } from '../../core/workflow.ts'
import { toWaits } from '../read/read-waits.ts'
import { toWorkflow } from '../tables/workflow-status.ts'
import { type ChangeDraft, orderSnapshot } from './order-workflow.ts'
import { createPosition, type Position, settleMessages } from './position.ts'
import type { Snapshot, SnapshotRows } from './read-snapshot.ts'
import type { Outcome, Round } from './seat.ts'

/** What is followed, and how far. */
export interface Following {
  /** Of every workflow that was ever followed. */
  readonly positions: Map<string, Position>
  /** Of those that have not ended. */
  readonly active: Map<string, Position>
  /** With `latestEvents`: by workflow the latest of each key, until all that was there at the start is read. */
  readonly held: Map<string, HeldEvents>
  /** Of a change, made when its position has moved. */
  cursor(): string
  readonly options: FollowOptions
}

type EventDraft = ChangeDraft & { readonly type: 'event' }
type HeldEvents = Map<string, EventDraft>

interface Ended {
  readonly id: string
  readonly workflow: Workflow
}

/** The changes of a round. The position moves with each, just before it is handed out. */
export function* reportSnapshot(
  { snapshot, ids, mayEnd }: Round,
  following: Following,
  outcome: Outcome,
): Generator<Change> {
  const { active, options } = following
  const ended: Ended[] = []
  const place = (workflowId: string, draft: ChangeDraft): Change => ({
    ...draft,
    workflowId,
    cursor: following.cursor(),
  })
  for (const id of ids) {
    const position = active.get(id)
    if (!position) continue
    const rows = snapshot.rows.get(id)
    if (!rows) {
      active.delete(id)
      options.onDeleted?.(id)
      continue
    }
    const workflow = toWorkflow(rows.workflow)
    for (const draft of reportWorkflow(workflow, rows, position, { id, snapshot, following, outcome })) {
      outcome.news.add(id)
      if (draft.type === 'child' && options.children) followChild(following, draft.childId, outcome)
      if (isWanted(draft, options)) yield place(id, draft)
    }
    if (!isEnded(workflow.status)) continue
    if (mayEnd === undefined || mayEnd.has(id)) ended.push({ id, workflow })
    else outcome.hasHeldEnds = true
  }
  if (outcome.unread.size > 0) {
    outcome.hasHeldEnds ||= ended.length > 0
    return
  }
  // The end of each comes after all else, the earliest first.
  ended.sort((a, b) => endOf(a.workflow).getTime() - endOf(b.workflow).getTime())
  for (const { id, workflow } of ended) {
    const position = active.get(id)
    active.delete(id)
    if (!position || position.status === signatureOf(workflow)) continue
    position.status = signatureOf(workflow)
    const draft: ChangeDraft = { type: 'status', at: endOf(workflow), workflow }
    if (isWanted(draft, options)) yield place(id, draft)
  }
}

interface Telling {
  readonly id: string
  readonly snapshot: Snapshot
  readonly following: Following
  readonly outcome: Outcome
}

/** All but the end of a workflow. */
function* reportWorkflow(
  workflow: Workflow,
  rows: SnapshotRows,
  position: Position,
  { id, snapshot, following, outcome }: Telling,
): Generator<ChangeDraft> {
  const held = following.held.get(id)
  const status = statusBefore(workflow, position)
  if (status) {
    position.status = signatureOf(status.workflow)
    yield status
  }
  const { rawChanges, isComplete } = orderSnapshot(rows, position, snapshot.now, snapshot.limits)
  for (const { draft, advance } of rawChanges) {
    advance(position)
    if (held && draft.type === 'event') hold(held, draft)
    else yield draft
  }
  if (!isComplete) {
    outcome.unread.add(id)
    return
  }
  if (held) yield* held.values()
  following.held.delete(id)
  if (snapshot.hasMessages) settleMessages(position, snapshot.now.getTime())
  const waits = toWaits(rows.waits)
  const nextMs = nextDeadlineMs(waits, snapshot.now)
  if (nextMs !== undefined) outcome.dueInMs.set(id, nextMs)
  const signature = JSON.stringify(waits.map(signatureOfWait))
  if (signature === position.waits) return
  position.waits = signature
  yield { type: 'waits', at: snapshot.now, waits }
}

/** A wait is overdue right after its deadline. */
const afterDeadlineMs = 5

function nextDeadlineMs(waits: readonly Wait[], now: Date): number | undefined {
  const times = waits.flatMap(({ until }) => (until === null ? [] : [until.getTime() - now.getTime()]))
  const ahead = times.filter((ms) => ms >= 0)
  return ahead.length === 0 ? undefined : Math.min(...ahead) + afterDeadlineMs
}

/** The latest of a key takes its place among the others. */
function hold(held: HeldEvents, draft: EventDraft): void {
  held.delete(draft.key)
  held.set(draft.key, draft)
}

function followChild(
  { positions, active, held, options }: Following,
  childId: string,
  outcome: Outcome,
): void {
  if (positions.has(childId)) return
  if (options.latestEvents) held.set(childId, new Map())
  const position = createPosition()
  positions.set(childId, position)
  active.set(childId, position)
  outcome.unread.add(childId)
}

/**
 * The status that comes before the rest of a round. A workflow that ended before it was followed is told from its start,
 * so that a replay tells what a witness saw.
 */
function statusBefore(
  workflow: Workflow,
  position: Position,
): (ChangeDraft & { readonly type: 'status' }) | undefined {
  const isNew = position.status === ''
  if (!isEnded(workflow.status)) {
    if (position.status === signatureOf(workflow)) return undefined
    const at = isNew ? workflow.createdAt : (workflow.startedAt ?? workflow.createdAt)
    return { type: 'status', at, workflow }
  }
  if (!isNew) return undefined
  return { type: 'status', at: workflow.createdAt, workflow: beforeItsEnd(workflow) }
}

function isWanted(draft: ChangeDraft, { types, streamKeys }: FollowOptions): boolean {
  if (types && !types.includes(draft.type)) return false
  if (!streamKeys || (draft.type !== 'stream' && draft.type !== 'stream-closed')) return true
  return streamKeys.includes(draft.key)
}

/** Where the topic is not known, which topics have messages tells whether it is answered. */
function signatureOfWait({ step, until, state, topic, unreadTopics }: Wait): readonly unknown[] {
  return [step, until, state, ...(topic === undefined ? [unreadTopics] : [])]
}
