import { createHash } from 'node:crypto'
import type { Change } from '../../core/change.ts'
import { dbosStep, isStreamEnd } from '../../core/dbos-names.ts'
import type { Row } from '../connection/connect.ts'
import { isPartialPage, type PageLimits } from '../read/page.ts'
import { decodeValue } from '../tables/decode.ts'
import { toMessage } from '../tables/notifications.ts'
import { toStep } from '../tables/operation-outputs.ts'
import { toDate, toText } from '../tables/rows.ts'
import { type Position, passStep } from './position.ts'
import { type SnapshotRows, weighedColumns } from './read-snapshot.ts'

type WithoutPlace<One> = One extends Change ? Omit<One, 'cursor' | 'workflowId'> : never

/** A change before it has a place in the whole. */
export type ChangeDraft = WithoutPlace<Change>

/** One thing to yield, and how the position moves with it. */
export interface RawChange {
  readonly draft: ChangeDraft
  advance(position: Position): void
}

/** Where something stands in a workflow: what a step did comes before the step, which is recorded when it ends. */
type Place = readonly [step: number, rank: number]

interface Placed extends RawChange {
  readonly place: Place
}

const rank = { sent: 0, published: 1, child: 2, step: 3 } as const

/**
 * What is new in a workflow, so that no effect comes before its cause: by step, for a workflow does one thing after
 * another. A source that was cut hides what comes after, so everything later than its last row waits for
 * the next round (`isComplete` false).
 */
export function orderSnapshot(
  rows: SnapshotRows,
  position: Position,
  now: Date,
  limits: PageLimits,
): { readonly rawChanges: readonly RawChange[]; readonly isComplete: boolean } {
  const endOfStep = new Map(rows.steps.map((row) => [Number(row.step), toDate(row.completedAt)]))
  const timeOf = (step: number): Date => endOfStep.get(step) ?? now
  const workflowId = String(rows.workflow.id)
  const streams = groupByKey(rows.streams)
  const sources = [
    placeSteps(rows.steps, position, now),
    placeEvents(rows.events, position, timeOf),
    ...streams.map((values) => placeStreamValues(values, position, timeOf)),
  ]
  const messages = placeMessages(workflowId, rows, position, timeOf)
  const isCut = [
    isPartialPage(rows.steps, weighedColumns.steps, limits),
    isPartialPage(rows.events, weighedColumns.events, limits),
    ...streams.map((values) => isPartialPage(values, weighedColumns.streams, limits)),
  ]
  const ends = sources.flatMap((source, index) => {
    const end = source.at(-1)?.place
    return isCut[index] && end ? [end] : []
  })
  const bound = ends.reduce<Place>(
    (lowest, end) => (comparePlaces(end, lowest) < 0 ? end : lowest),
    [Infinity, Infinity],
  )
  const rawChanges = [...sources.flat(), ...messages]
    .filter(({ place }) => comparePlaces(place, bound) <= 0 && (ends.length === 0 || place[0] !== Infinity))
    .sort((a, b) => comparePlaces(a.place, b.place))
  const hasMoreMessages = isPartialPage(rows.messages, weighedColumns.messages, limits)
  return { rawChanges, isComplete: ends.length === 0 && !hasMoreMessages }
}

function placeSteps(rows: readonly Row[], position: Position, now: Date): Placed[] {
  return rows.flatMap((row) => {
    const step = toStep(row)
    // A sleep is recorded when it begins.
    const at = step.completedAt ?? (step.name === dbosStep.sleep ? step.startedAt : null) ?? now
    const ended: Placed = {
      place: [step.step, rank.step],
      draft: { type: 'step', at, step },
      advance: (moved) => passStep(moved, step.step, step.name),
    }
    // `getResult` names the workflow that it waited for, which another step started.
    if (!step.childId || step.name === dbosStep.getResult || position.childOf === step.step) return [ended]
    const child: Placed = {
      place: [step.step, rank.child],
      draft: { type: 'child', at, childId: step.childId, name: step.name },
      advance: (moved) => {
        moved.childOf = step.step
      },
    }
    return [child, ended]
  })
}

function placeEvents(rows: readonly Row[], position: Position, timeOf: (step: number) => Date): Placed[] {
  return rows.flatMap((row) => {
    const step = Number(row.step)
    const key = String(row.key)
    const text = toText(row.value) ?? ''
    const id = `${step}:${key}`
    const mark = markOf(text)
    if (position.events[id] === mark) return []
    return {
      place: [step, rank.published],
      draft: { type: 'event', at: timeOf(step), key, value: decodeValue(text, toText(row.serialization)) },
      advance: (moved: Position) => {
        moved.events[id] = mark
      },
    }
  })
}

/** In the order of their offsets, also where writers side by side mixed their steps. */
function placeStreamValues(
  rows: readonly Row[],
  position: Position,
  timeOf: (step: number) => Date,
): Placed[] {
  let latest = -1
  return rows.flatMap((row) => {
    const key = String(row.key)
    const step = Number(row.step)
    const offset = Number(row.offset)
    const text = toText(row.value) ?? ''
    latest = Math.max(latest, step)
    const place: Place = [latest, rank.published]
    const at = timeOf(step)
    if (!isStreamEnd(text)) {
      return {
        place,
        draft: { type: 'stream', at, key, offset, value: decodeValue(text, toText(row.serialization)) },
        advance: (moved: Position) => {
          moved.streams[key] = offset
          moved.closedStreams.delete(key)
        },
      }
    }
    if (position.closedStreams.has(key)) return []
    return {
      place,
      draft: { type: 'stream-closed', at, key },
      advance: (moved: Position) => {
        moved.closedStreams.add(key)
      },
    }
  })
}

/** A message is shown right before it is read; while nobody has read it, after all else. */
function placeMessages(
  workflowId: string,
  { messages, steps }: SnapshotRows,
  position: Position,
  timeOf: (step: number) => Date,
): Placed[] {
  return messages.flatMap((row) => {
    const mark = String(row.mark)
    const message = toMessage(workflowId, row)
    const step = message.readByStep ?? findReader(row, steps) ?? Infinity
    const arrived: Placed = {
      place: [step, rank.sent],
      draft: { type: 'message', at: message.sentAt, message: { ...message, read: false, readByStep: null } },
      advance: (moved) => {
        moved.seen[mark] = message.sentAt.getTime()
        moved.unread.add(mark)
      },
    }
    const read: Placed = {
      place: [step, rank.published],
      draft: { type: 'message', at: timeOf(step), message },
      advance: (moved) => {
        moved.unread.delete(mark)
      },
    }
    const isNew = !position.unread.has(mark)
    return [...(isNew ? [arrived] : []), ...(message.read ? [read] : [])]
  })
}

/** Before SDK 5.1 a message does not tell which step read it, but that step returned it. */
function findReader(message: Row, steps: readonly Row[]): number | undefined {
  if (message.read !== true) return undefined
  const reader = steps.find((step) => step.name === dbosStep.recv && step.output === message.message)
  return reader && Number(reader.step)
}

function groupByKey(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = String(row.key)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups.values()]
}

function comparePlaces(a: Place, b: Place): number {
  return a[0] === b[0] ? a[1] - b[1] : a[0] - b[0]
}

function markOf(text: string): string {
  return createHash('sha1').update(text).digest('base64url').slice(0, 10)
}
