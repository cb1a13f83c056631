import { stateOfWait } from '../../src/core/decide/wait-state.ts'
import { type Topic, topicOfAsk, topicToText } from '../../src/core/topic.ts'
import {
  isEnded,
  type JsonValue,
  type Message,
  type Step,
  type Wait,
  type Workflow,
  type WorkflowError,
} from '../../src/core/workflow.ts'

/** One thing that a workflow did, in the order in which it did it. Function ids are given as DBOS gives them. */
export type FakeOperation =
  | { readonly step: string; readonly output?: JsonValue; readonly error?: WorkflowError }
  | { readonly event: string; readonly value: JsonValue }
  | { readonly stream: string; readonly value: JsonValue }
  | { readonly closeStream: string }
  | { readonly child: string; readonly name: string }
  /** It is recorded when it begins, and nothing after it can have happened before its end. */
  | { readonly sleepSeconds: number }
  | FakeRecv

/**
 * `recv(topic)`. With `message` it was answered by it; with `timedOut` nobody answered; with neither the workflow is
 * blocked here. Publish `{ event: 'awaiting:TOPIC', value: { prompt } }` right before it for a wait that asks.
 */
interface FakeRecv {
  readonly recv: string | null
  readonly message?: JsonValue
  readonly timedOut?: boolean
  readonly timeoutSeconds?: number
}

/** What a test says about a workflow; everything but the id has a default. */
export interface FakeWorkflow extends Partial<Omit<Workflow, 'workflowId'>> {
  readonly workflowId: string
  readonly parentId?: string
  readonly forkedFrom?: string
  readonly attributes?: { readonly [name: string]: JsonValue }
  readonly schedule?: string
  readonly user?: string
  readonly partition?: string
  readonly did?: readonly FakeOperation[]
  /** Messages that nobody has read. */
  readonly unread?: readonly {
    readonly topic: string | null
    readonly message: JsonValue
    readonly sentAt?: Date
  }[]
}

export interface FakeRows {
  workflow: Workflow
  readonly parentId: string | null
  readonly forkedFrom: string | null
  readonly attributes: { readonly [name: string]: JsonValue } | null
  readonly schedule: string | null
  readonly user: string | null
  readonly partition: string | null
  readonly steps: Step[]
  readonly events: {
    readonly step: number
    readonly key: string
    readonly value: JsonValue
    readonly at: Date
  }[]
  /** `value` undefined is the closing mark. */
  readonly streams: {
    readonly step: number
    readonly key: string
    readonly offset: number
    readonly value?: JsonValue
  }[]
  readonly messages: (Message & { readonly messageId: string })[]
  nextStep: number
  /** Where time stands in this workflow: each operation takes 10 ms. */
  clock: number
}

export const fakeEpoch = new Date('2026-01-02T03:04:05.000Z')
const operationMs = 10

/** The rows that DBOS would have written. */
export function toRows(fake: FakeWorkflow): FakeRows {
  const rows = createRows(fake)
  for (const operation of fake.did ?? []) perform(rows, operation)
  for (const { topic, message, sentAt } of fake.unread ?? []) deliver(rows, topic, message, sentAt)
  settle(rows, fake)
  return rows
}

/** Before its first operation. */
export function createRows({
  did,
  unread,
  parentId,
  forkedFrom,
  attributes,
  schedule,
  user,
  partition,
  ...given
}: FakeWorkflow): FakeRows {
  const status = given.status ?? 'PENDING'
  const createdAt = given.createdAt ?? fakeEpoch
  const isQueued = status === 'ENQUEUED' || status === 'DELAYED'
  return {
    workflow: {
      name: 'exampleWorkflow',
      className: null,
      configName: null,
      queue: null,
      application: 'example',
      version: 'v1',
      executorId: isQueued ? null : 'drover-test',
      startedAt: isQueued ? null : createdAt,
      completedAt: null,
      recoveryAttempts: isQueued ? 0 : 1,
      input: [],
      output: null,
      error: null,
      ...given,
      status,
      createdAt,
    },
    parentId: parentId ?? null,
    forkedFrom: forkedFrom ?? null,
    attributes: attributes ?? null,
    schedule: schedule ?? null,
    user: user ?? null,
    partition: partition ?? null,
    steps: [],
    events: [],
    streams: [],
    messages: [],
    nextStep: 0,
    clock: createdAt.getTime(),
  }
}

/** As it is told at `now`: a sleep that goes on has not completed. */
export function asTold(step: Step, now: Date): Step {
  const goesOn = step.name === 'DBOS.sleep' && step.completedAt !== null && step.completedAt > now
  return goesOn ? { ...step, completedAt: null } : step
}

/** After its last operation: an ended workflow completed when that was done. */
export function settle(rows: FakeRows, given: FakeWorkflow): void {
  if (!isEnded(rows.workflow.status)) return
  rows.workflow = { ...rows.workflow, completedAt: given.completedAt ?? new Date(rows.clock) }
}

export function perform(rows: FakeRows, operation: FakeOperation): void {
  if ('step' in operation) {
    const { step: name, output, error } = operation
    record(rows, name, { ...(output !== undefined && { output }), ...(error && { error }) })
  } else if ('child' in operation) {
    record(rows, operation.name, { childId: operation.child })
  } else if ('sleepSeconds' in operation) {
    const startedAt = new Date(rows.clock)
    const completedAt = new Date(rows.clock + operation.sleepSeconds * 1000)
    const empty = { output: completedAt.getTime(), error: null, childId: null }
    insertStep(rows, { step: rows.nextStep++, name: 'DBOS.sleep', startedAt, completedAt, ...empty })
  } else if ('event' in operation) {
    const { step, completedAt } = record(rows, 'DBOS.setEvent', {})
    rows.events.push({ step, key: operation.event, value: operation.value, at: completedAt })
  } else if ('stream' in operation) {
    const { step } = record(rows, 'DBOS.writeStream', {})
    rows.streams.push({ step, ...nextOffset(rows, operation.stream), value: operation.value })
  } else if ('closeStream' in operation) {
    const { step } = record(rows, 'DBOS.closeStream', {})
    rows.streams.push({ step, ...nextOffset(rows, operation.closeStream) })
  } else {
    receive(rows, operation)
  }
}

function nextOffset(rows: FakeRows, key: string) {
  return { key, offset: rows.streams.filter((written) => written.key === key).length }
}

export function deliver(
  rows: FakeRows,
  topic: string | null,
  message: JsonValue,
  sentAt?: Date,
  messageId = `message-${rows.messages.length}`,
): Message {
  const delivered = {
    workflowId: rows.workflow.workflowId,
    topic,
    message,
    sentAt: sentAt ?? new Date(rows.clock),
    readByStep: null,
    read: false,
    messageId: `${messageId}::${rows.workflow.workflowId}`,
  }
  rows.messages.push(delivered)
  return delivered
}

/** The step of the open wait reads the first unread message on `topic`. */
export function answerOpenWait(rows: FakeRows, topic: string | null): void {
  const sleep = rows.steps.find((step) => isOpenWaitSleep(rows, step))
  const index = rows.messages.findIndex((message) => !message.read && message.topic === topic)
  const message = rows.messages[index]
  if (!sleep || !message) throw new Error('nothing waits, or nothing was sent')
  const step = sleep.step - 1
  rows.messages[index] = { ...message, read: true, readByStep: step }
  rows.clock = Math.max(rows.clock, message.sentAt.getTime()) + operationMs
  insertStep(rows, {
    step,
    name: 'DBOS.recv',
    startedAt: sleep.startedAt,
    completedAt: new Date(rows.clock),
    output: message.message,
    error: null,
    childId: null,
  })
}

function isOpenWaitSleep(rows: FakeRows, step: Step): boolean {
  return isTimer(step) && !rows.steps.some((other) => other.step === step.step - 1)
}

/** What a wait notes of its time: a sleep that takes none. */
function isTimer({ name, step, startedAt, completedAt }: Step): boolean {
  return name === 'DBOS.sleep' && step > 0 && startedAt?.getTime() === completedAt?.getTime()
}

/** The open waits as the rows tell them, at time `now`; or the one at step `at`, also when it is over. */
export function waitsOf(rows: FakeRows, now: Date, at?: number): Wait[] {
  if (at === undefined && isEnded(rows.workflow.status)) return []
  const isMeant = (step: number) => at === undefined || at === step
  const asked = rows.events
    .filter((event) => (at === undefined ? isOpenAsk(rows, event) : isAsk(event)) && isMeant(event.step + 1))
    .map((event) => toWait(rows, now, event))
  const inferred = rows.steps
    .filter((step) => (at === undefined ? isOpenWaitSleep(rows, step) : isTimer(step)))
    .filter((step) => isMeant(step.step - 1) && !asked.some((wait) => wait.step === step.step - 1))
    .map((sleep) => toWait(rows, now, undefined, sleep))
  return [...asked, ...inferred].sort((a, b) => a.step - b.step)
}

type FakeEvent = FakeRows['events'][number]

function isAsk({ key, value }: FakeEvent): boolean {
  return key.startsWith('awaiting:') && value !== null
}

function isOpenAsk(rows: FakeRows, event: FakeEvent): boolean {
  const isLatest = !rows.events.some((other) => other.key === event.key && other.step > event.step)
  return isAsk(event) && isLatest && !rows.steps.some((step) => step.step === event.step + 1)
}

function toWait(rows: FakeRows, now: Date, ask: FakeEvent | undefined, sleep?: Step): Wait {
  const step = ask ? ask.step + 1 : (sleep?.step ?? 0) - 1
  const timer = rows.steps.find((other) => other.step === step + 1 && other.name === 'DBOS.sleep')
  const until = timer ? new Date(Number(timer.output)) : null
  const answer = rows.messages.find((message) => message.readByStep === step)
  const found = {
    topic: ask ? topicOfAsk(ask.key) : answer?.topic,
    isOverdue: until !== null && until < now,
    unreadTopics: answer ? [answer.topic] : unreadTopicsOf(rows),
  }
  const request = ask?.value ?? null
  return {
    workflowId: rows.workflow.workflowId,
    step,
    ...found,
    prompt: promptOf(request),
    since: ask?.at ?? timer?.startedAt ?? now,
    until,
    state: stateOfWait(found),
    asked: ask !== undefined,
    request,
  }
}

function unreadTopicsOf({ messages }: FakeRows): readonly Topic[] {
  const unread = messages.filter(({ read }) => !read).map(({ topic }) => topic)
  return [...new Set(unread)].sort((a, b) => (topicToText(a) < topicToText(b) ? -1 : 1))
}

function promptOf(request: JsonValue): string | null {
  if (typeof request === 'string') return request
  const prompt =
    request !== null && typeof request === 'object' && 'prompt' in request ? request.prompt : null
  return typeof prompt === 'string' ? prompt : null
}

function receive(rows: FakeRows, operation: FakeRecv): void {
  const startedAt = new Date(rows.clock)
  const step = rows.nextStep
  rows.nextStep += 2
  const deadline = rows.clock + (operation.timeoutSeconds ?? 60) * 1000
  insertStep(rows, {
    step: step + 1,
    name: 'DBOS.sleep',
    startedAt,
    completedAt: startedAt,
    output: deadline,
    error: null,
    childId: null,
  })
  if (operation.message !== undefined) {
    deliver(rows, operation.recv, operation.message)
    answerOpenWait(rows, operation.recv)
  } else if (operation.timedOut) {
    rows.clock = deadline
    insertStep(rows, {
      step,
      name: 'DBOS.recv',
      startedAt,
      completedAt: new Date(deadline),
      output: null,
      error: null,
      childId: null,
    })
  }
}

function record(rows: FakeRows, name: string, what: Partial<Step>): Step & { readonly completedAt: Date } {
  const startedAt = new Date(rows.clock)
  rows.clock += operationMs
  const empty = { output: null, error: null, childId: null }
  const step = {
    ...empty,
    ...what,
    step: rows.nextStep++,
    name,
    startedAt,
    completedAt: new Date(rows.clock),
  }
  insertStep(rows, step)
  return step
}

function insertStep(rows: FakeRows, step: Step): void {
  rows.steps.push(step)
  rows.steps.sort((a, b) => a.step - b.step)
}
