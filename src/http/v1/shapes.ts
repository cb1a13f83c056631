import * as v from 'valibot'

/** What answers hold: the shapes of docs/output.md, for `/openapi.json`. A test holds both against what is answered. */

const text = v.string()
const maybe = v.nullable(text)
const number = v.number()
const maybeNumber = v.nullable(number)
const time = v.pipe(text, v.isoTimestamp())
const maybeTime = v.nullable(time)
const json = v.unknown()
const percentiles = v.object({ p50: number, p95: number })
const maybePercentiles = v.nullable(percentiles)
const rateLimit = v.nullable(v.object({ max: number, periodMs: number }))

const summary = {
  workflowId: text,
  name: text,
  className: maybe,
  configName: maybe,
  status: text,
  queue: maybe,
  application: maybe,
  version: maybe,
  executorId: maybe,
  createdAt: time,
  startedAt: maybeTime,
  completedAt: maybeTime,
  recoveryAttempts: number,
}

const cause = { cause: text, why: text }

export const shapes = {
  Row: v.object({
    ...summary,
    parentId: maybe,
    forkedFrom: maybe,
    error: json,
    children: v.nullable(
      v.object({
        ...{ total: number, succeeded: number, failed: number, cancelled: number, running: number },
        ...{ queued: number, isMore: v.boolean() },
      }),
    ),
    waits: v.array(json),
    state: v.object({ cause: text, stuck: v.boolean(), since: maybeTime, until: maybeTime }),
  }),
  Workflow: v.object({
    ...summary,
    input: json,
    output: json,
    error: json,
    parentId: maybe,
    forkedFrom: maybe,
    forks: v.array(text),
    attributes: json,
    schedule: maybe,
    user: maybe,
    priority: number,
    partition: maybe,
    deduplicationId: maybe,
    timeoutMs: maybeNumber,
    deadlineAt: maybeTime,
    delayedUntil: maybeTime,
  }),
  Step: v.object({
    step: number,
    name: text,
    startedAt: maybeTime,
    completedAt: maybeTime,
    output: json,
    error: json,
    childId: maybe,
  }),
  Event: v.object({ workflowId: text, key: text, value: json, at: maybeTime }),
  Message: v.object({ workflowId: text, topic: maybe, message: json, sentAt: time, readByStep: maybeNumber }),
  Sent: v.object({ workflowId: text, topic: maybe, message: json, outcome: text }),
  Met: v.object({ workflowId: text, value: json }),
  Wait: v.object({
    workflowId: text,
    name: text,
    step: number,
    topic: maybe,
    prompt: maybe,
    since: time,
    until: maybeTime,
    state: text,
    asked: v.boolean(),
    source: text,
    request: json,
  }),
  Decision: v.object({
    workflowId: text,
    step: number,
    topic: maybe,
    decision: text,
    by: maybe,
    comment: maybe,
    outcome: text,
    at: time,
    readByStep: maybeNumber,
    status: maybe,
  }),
  Record: v.object({
    type: text,
    id: number,
    workflowId: text,
    name: text,
    step: number,
    topic: maybe,
    decision: text,
    by: text,
    bySource: text,
    comment: maybe,
    outcome: text,
    forced: v.boolean(),
    at: time,
    sessionUser: text,
    clientAddress: maybe,
    payloadSha256: text,
  }),
  Explanation: v.object({
    workflowId: text,
    name: text,
    status: text,
    ...cause,
    also: v.array(v.object(cause)),
    because: v.array(v.object({ workflowId: text, name: text, status: text, ...cause })),
    evidence: v.record(text, text),
    unknown: v.array(text),
    fix: v.array(v.object({ command: text, effect: text })),
  }),
  Queue: v.object({
    name: text,
    application: maybe,
    enqueued: number,
    running: number,
    delayed: number,
    oldestAt: maybeTime,
    concurrency: maybeNumber,
    workerConcurrency: maybeNumber,
    rateLimit,
    isPartitioned: v.boolean(),
    partitionConcurrency: maybeNumber,
    partitionWorkerConcurrency: maybeNumber,
    partitionRateLimit: rateLimit,
    pollMs: number,
    pause: v.nullable(
      v.object({
        since: maybeTime,
        workerConcurrency: maybeNumber,
        isGuarded: v.boolean(),
        isOver: v.boolean(),
      }),
    ),
    lastHour: v.object({ waiting: v.array(number), oldestMs: v.array(maybeNumber) }),
  }),
  Worker: v.object({
    executorId: text,
    application: maybe,
    version: maybe,
    state: text,
    since: maybeTime,
    heardAt: maybeTime,
    address: maybe,
    recognisedBy: maybe,
    running: v.array(text),
  }),
  Version: v.object({
    version: text,
    application: maybe,
    isLatest: v.boolean(),
    registeredAt: time,
    workers: maybeNumber,
    unsureWorkers: maybeNumber,
    active: number,
    total: maybeNumber,
    isEstimate: v.boolean(),
  }),
  Schedule: v.object({
    name: text,
    workflow: text,
    cron: text,
    timezone: maybe,
    status: text,
    application: maybe,
    queue: maybe,
    lastFiredAt: maybeTime,
    nextAt: v.array(time),
    missed: v.nullable(v.object({ count: number, isMore: v.boolean(), since: time })),
  }),
  Stats: v.object({
    ...{ since: time, until: time, ended: number, failed: number, endedPerSecond: number },
    ...{ steps: number, stepsPerSecond: number, waitMs: maybePercentiles, durationMs: maybePercentiles },
    ...{ partMs: number, endedOverTime: v.array(number), stepsOverTime: v.array(number) },
    names: v.array(
      v.object({
        ...{ name: text, ended: number, failed: number, waitMs: maybePercentiles, durationMs: percentiles },
        endedOverTime: v.array(number),
      }),
    ),
    slowest: v.array(
      v.object({ workflowId: text, name: text, status: text, durationMs: number, completedAt: time }),
    ),
  }),
  StreamValue: v.object({ workflowId: text, key: text, offset: number, value: json }),
  Change: v.looseObject({ cursor: text, type: text, workflowId: text, at: time }),
  InboxChange: v.object({ type: text, at: time, wait: json }),
  Error: v.object({ error: v.object({ code: text, message: text, hint: v.optional(text) }) }),
} as const

export type ShapeName = keyof typeof shapes
