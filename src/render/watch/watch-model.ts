import type { Change } from '../../core/change.ts'
import { sleepsUntil } from '../../core/diagnosis/diagnose.ts'
import { reasonOf } from '../../core/diagnosis/failure-reason.ts'
import {
  isEnded,
  type JsonValue,
  type Message,
  type Step,
  type Wait,
  type WorkflowStatus,
  type WorkflowSummary,
} from '../../core/workflow.ts'
import { isShownElsewhere } from '../bookkeeping.ts'
import { errorSentence, outcomeSentence } from '../outcome.ts'
import { escapeControls } from '../text.ts'
import { formatValue } from '../value.ts'
import { areJoined, pieceOf } from './joined-text.ts'
import { readProgress } from './progress.ts'

/** Resizes and the passing of time need no message: `view` is given the size and the time. */
export type WatchMessage =
  | { readonly type: 'change'; readonly change: Change }
  | { readonly type: 'notice'; readonly text: string }
  /** Those of the roots whose executors are not connected. */
  | { readonly type: 'stranded'; readonly workflowIds: readonly string[] }

/** Everything the picture needs, and no more than it can show: texts are cut, lists keep their newest. */
export interface WatchModel {
  readonly rootIds: readonly string[]
  readonly workflows: ReadonlyMap<string, WatchedWorkflow>
  /** What was last said about the connection. */
  readonly notice: string | null
  /** Roots whose executors are not connected. */
  readonly strandedIds: readonly string[]
}

export interface WatchedWorkflow {
  readonly workflowId: string
  readonly parentId: string | null
  /** What its parent called it, until its own row is read. */
  readonly name: string
  readonly summary: WorkflowSummary | null
  /** The last sentence, once it has ended. */
  readonly outcome: string | null
  /** The first line of its error, once it has failed. */
  readonly failure: string | null
  /** Its result, once it has ended well with one. */
  readonly result: string | null
  readonly steps: readonly WatchedStep[]
  /** Of the steps that are told, also those no longer kept. */
  readonly stepCount: number
  /** The newest of all that it recorded, told or not: where it stands. */
  readonly lastStep: { readonly step: number; readonly at: Date | null } | null
  readonly events: ReadonlyMap<string, WatchedEvent>
  readonly streams: ReadonlyMap<string, WatchedStream>
  readonly waits: readonly Wait[]
  readonly unread: readonly Message[]
  readonly childIds: readonly string[]
  /** Children that ended and are no longer kept, by how they ended. */
  readonly forgottenChildren: ReadonlyMap<WorkflowStatus, number>
}

export interface WatchedStep {
  readonly step: number
  readonly name: string
  readonly durationMs: number | null
  /** Of a sleep, which is recorded when it begins: before that it has no duration yet. */
  readonly until: Date | null
  readonly error: string | null
}

export interface WatchedEvent {
  readonly text: string
  /** From 0 to 1, where the value looks like progress. */
  readonly progress: number | undefined
  readonly at: Date
}

export interface WatchedStream {
  readonly tail: readonly { readonly offset: number; readonly text: string; readonly piece: string | null }[]
  /** The end of its text, where its values are pieces of one. */
  readonly joined: string
  readonly count: number
  readonly closed: boolean
}

const maxTextLength = 400
const maxSteps = 40
const maxKeys = 40
const maxTail = 20
const maxUnread = 5
const maxJoined = 2000
const maxWorkflows = 500

/** From 0 to 1, where one of its events looks like progress. */
export function progressOf({ events }: WatchedWorkflow): number | undefined {
  return [...events.values()].find(({ progress }) => progress !== undefined)?.progress
}

export function initialWatchModel(rootIds: readonly string[]): WatchModel {
  const workflows = new Map(rootIds.map((id) => [id, emptyWorkflow(id, null, '')]))
  return { rootIds, workflows, notice: null, strandedIds: [] }
}

/** Each call takes time for every workflow that is followed, however few messages there are: several at once are cheaper. */
export function update(model: WatchModel, ...messages: readonly WatchMessage[]): WatchModel {
  let { notice, strandedIds } = model
  const workflows = new Map(model.workflows)
  for (const message of messages) {
    if (message.type === 'notice') notice = message.text
    else if (message.type === 'stranded') strandedIds = message.workflowIds
    else take(workflows, message.change)
  }
  return { ...model, workflows, notice, strandedIds }
}

function take(workflows: Map<string, WatchedWorkflow>, change: Change): void {
  const workflow = workflows.get(change.workflowId) ?? emptyWorkflow(change.workflowId, null, '')
  workflows.set(change.workflowId, apply(workflow, change))
  const isChild = change.type === 'child' && !workflows.has(change.childId)
  if (isChild) workflows.set(change.childId, emptyWorkflow(change.childId, change.workflowId, change.name))
  // Nothing else makes them too many, or one of them forgettable.
  if (isChild || (change.type === 'status' && isEnded(change.workflow.status))) forgetEnded(workflows)
}

/** Of very many children the first that ended are let go, and those that ended well before others; their parent remembers how many. */
function forgetEnded(workflows: Map<string, WatchedWorkflow>): void {
  if (workflows.size <= maxWorkflows) return
  const isForgettable = ({ summary, parentId, childIds }: WatchedWorkflow) =>
    parentId !== null && childIds.length === 0 && summary !== null && isEnded(summary.status)
  let ended: WatchedWorkflow | undefined
  for (const one of workflows.values()) {
    if (!isForgettable(one)) continue
    ended ??= one
    if (one.summary?.status !== 'SUCCESS') continue
    ended = one
    break
  }
  const parent = workflows.get(ended?.parentId ?? '')
  if (!ended?.summary || !parent) return
  const { status } = ended.summary
  const { forgottenChildren } = parent
  workflows.delete(ended.workflowId)
  workflows.set(parent.workflowId, {
    ...parent,
    childIds: parent.childIds.filter((id) => id !== ended.workflowId),
    forgottenChildren: new Map(forgottenChildren).set(status, (forgottenChildren.get(status) ?? 0) + 1),
  })
}

function emptyWorkflow(workflowId: string, parentId: string | null, name: string): WatchedWorkflow {
  return {
    workflowId,
    parentId,
    name,
    summary: null,
    outcome: null,
    failure: null,
    result: null,
    steps: [],
    stepCount: 0,
    lastStep: null,
    events: new Map(),
    streams: new Map(),
    waits: [],
    unread: [],
    childIds: [],
    forgottenChildren: new Map(),
  }
}

function apply(workflow: WatchedWorkflow, change: Change): WatchedWorkflow {
  switch (change.type) {
    case 'status':
      return applyStatus(workflow, change)
    case 'step': {
      const moved = { ...workflow, lastStep: laterOf(workflow.lastStep, change.step) }
      return isShownElsewhere(change.step) ? moved : applyStep(moved, change.step)
    }
    case 'event':
      return { ...workflow, events: keepNewest(workflow.events, change.key, toEvent(change)) }
    case 'stream':
      return { ...workflow, streams: applyStream(workflow, change) }
    case 'stream-closed': {
      const stream = workflow.streams.get(change.key) ?? emptyStream
      return { ...workflow, streams: keepNewest(workflow.streams, change.key, { ...stream, closed: true }) }
    }
    case 'message':
      return { ...workflow, unread: applyMessage(workflow.unread, change.message) }
    case 'waits':
      return { ...workflow, waits: change.waits }
    case 'child':
      if (workflow.childIds.includes(change.childId)) return workflow
      return { ...workflow, childIds: [...workflow.childIds, change.childId] }
  }
}

/** The details of a child that has ended are never shown again. */
function applyStatus(
  workflow: WatchedWorkflow,
  { workflow: row }: Change & { type: 'status' },
): WatchedWorkflow {
  const { input: _input, output: _output, error: _error, ...summary } = row
  if (!isEnded(row.status))
    return { ...workflow, name: row.name, summary, outcome: null, failure: null, result: null }
  const ended = {
    ...workflow,
    name: row.name,
    summary,
    waits: [],
    outcome: outcomeSentence(row),
    failure: row.error && escapeControls(reasonOf(row.error).text).slice(0, maxTextLength),
    result: row.output === null ? null : formatValue(row.output, maxTextLength),
  }
  if (workflow.parentId === null) return ended
  return { ...ended, steps: [], events: new Map(), streams: new Map(), unread: [] }
}

function laterOf(
  last: WatchedWorkflow['lastStep'],
  { step, startedAt, completedAt }: Step,
): WatchedWorkflow['lastStep'] {
  return last && last.step > step ? last : { step, at: completedAt ?? startedAt }
}

function applyStep(workflow: WatchedWorkflow, step: Step): WatchedWorkflow {
  const { startedAt, completedAt, error } = step
  const until = sleepsUntil(step)
  const end = completedAt ?? until
  const watched = {
    step: step.step,
    name: step.name,
    durationMs: startedAt && end ? end.getTime() - startedAt.getTime() : null,
    until,
    error: error && errorSentence(error).slice(0, maxTextLength),
  }
  const others = workflow.steps.filter((other) => other.step !== step.step)
  const isKnown = others.length < workflow.steps.length
  const steps = [...others, watched].sort((a, b) => a.step - b.step).slice(-maxSteps)
  return { ...workflow, steps, stepCount: workflow.stepCount + (isKnown ? 0 : 1) }
}

function toEvent({ key, value, at }: { key: string; value: JsonValue; at: Date }): WatchedEvent {
  return { text: formatValue(value, maxTextLength), progress: readProgress(key, value), at }
}

const emptyStream: WatchedStream = { tail: [], joined: '', count: 0, closed: false }

function applyStream(
  { streams }: WatchedWorkflow,
  { key, offset, value }: Change & { type: 'stream' },
): WatchedWorkflow['streams'] {
  const { tail, joined, closed } = streams.get(key) ?? emptyStream
  const others = tail.filter((other) => other.offset < offset)
  const piece = pieceOf(value)
  const longer = [...others, { offset, text: formatValue(value, maxTextLength), piece }].slice(-maxTail)
  const isWhole = joined !== '' && others.length === tail.length
  const kept = isWhole ? joined : others.map((other) => other.piece ?? '').join('')
  return keepNewest(streams, key, {
    tail: longer,
    joined: areJoined(longer.map((one) => one.piece)) ? `${kept}${piece}`.slice(-maxJoined) : '',
    count: offset + 1,
    closed,
  })
}

function applyMessage(unread: readonly Message[], message: Message): readonly Message[] {
  const others = unread.filter(
    (other) => other.topic !== message.topic || other.sentAt.getTime() !== message.sentAt.getTime(),
  )
  return message.read ? others : [...others, message].slice(-maxUnread)
}

/** Keys keep the place in which they first appeared, so that nothing jumps; too many, and the oldest goes. */
function keepNewest<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
): ReadonlyMap<string, Value> {
  const next = new Map(map).set(key, value)
  const [oldest] = next.keys()
  if (next.size > maxKeys && oldest !== undefined) next.delete(oldest)
  return next
}
