import { internalQueue } from '../../src/core/dbos-names.ts'
import type { ServerHealth, Standing } from '../../src/core/diagnosis/server-health.ts'
import type {
  LiveExecutor,
  Outlook,
  QueueBudget,
  QueueState,
  Situation,
} from '../../src/core/diagnosis/situation.ts'
import type { QueuePlace } from '../../src/core/run/start.ts'
import { isEnded, type Workflow, type WorkflowSummary } from '../../src/core/workflow.ts'
import { asTold, type FakeRows, waitsOf } from './fake-workflow.ts'

interface World {
  readonly all: readonly FakeRows[]
  readonly now: Date
  readonly executors: readonly LiveExecutor[] | undefined
}

/** What the rows of all workflows tell about one of them. */
export function situationOf(
  rows: FakeRows,
  outlookOf: (place: QueuePlace) => Outlook,
  { all, now, executors }: World,
): Situation {
  const { workflow, partition } = rows
  const { workflowId, name, queue, application, status } = workflow
  const isQueued = status === 'ENQUEUED' || status === 'DELAYED'
  const others = all.filter((other) => other !== rows)
  const outlook = isQueued && queue !== null ? outlookOf({ queue, application, partition }) : null
  const ahead = others
    .filter((other) => !outlook?.queue.isPartitioned || other.partition === partition)
    .map((other) => other.workflow)
    .filter((other) => other.queue === queue && other.status === 'ENQUEUED')
    .filter((other) => other.createdAt < workflow.createdAt)
    .sort(oldestFirst)
  const waits = waitsOf(rows, now)
  const lastStep = rows.steps.at(-1)
  const wait = waits.find(({ asked }) => !asked)
  const isDoubtful = status === 'PENDING' && queue !== null && rows.steps.length === 0
  const provenOrigins = distinct(
    (isDoubtful ? others : [])
      .filter(({ workflow: other }) => other.name === name)
      .filter(({ workflow: other, steps }) => ['SUCCESS', 'ERROR'].includes(other.status) || steps.length > 0)
      .map(({ workflow: other }) => other)
      .sort((a, b) => -oldestFirst(a, b))
      .map(({ className, configName, queue: on, application: of }) => ({
        className,
        configName,
        queue: on,
        application: of,
      })),
  )
  const isProven = !isDoubtful || provenOrigins.some(({ className }) => className === workflow.className)
  return {
    workflow,
    now,
    delayUntil: null,
    deadline: null,
    partition,
    updatedAt: null,
    outlook,
    executors,
    ahead: isQueued ? ahead.slice(0, 5).map((other) => other.workflowId) : [],
    aheadCount: isQueued ? ahead.length : 0,
    lastTakenAt: isQueued ? lastTakenAt(workflow, others) : null,
    stepCount: rows.steps.length,
    lastStep: lastStep ? asTold(lastStep, now) : null,
    failedStep: rows.steps.findLast(({ error }) => error !== null) ?? null,
    failedStepCount: rows.steps.filter(({ error }) => error !== null).length,
    waits,
    unread: rows.messages.filter(({ read }) => !read).map(({ messageId, ...message }) => message),
    activeChildren: all
      .filter(({ parentId, workflow: child }) => parentId === workflowId && !isEnded(child.status))
      .map(({ workflow: child }) => toSummary(child))
      .sort(oldestFirst)
      .slice(0, 5),
    provenOrigins,
    knownNames: isProven
      ? []
      : distinct(
          all
            .map((other) => other.workflow)
            .sort((a, b) => -oldestFirst(a, b))
            .map((other) => other.name),
        ),
    learned: wait ? learnedOf(wait.step, name, others) : null,
  }
}

function lastTakenAt(
  { queue, application, version, createdAt }: Workflow,
  others: readonly FakeRows[],
): Date | null {
  const taken = others
    .map(({ workflow }) => workflow)
    .filter((other) => queue !== null && other.queue === queue && other.status !== 'ENQUEUED')
    .filter((other) => version === null || other.version === version)
    .filter((other) => application === null || other.application === application)
    .flatMap(({ startedAt }) => (startedAt && startedAt >= createdAt ? startedAt : []))
  return taken.length === 0 ? null : new Date(Math.max(...taken.map((at) => at.getTime())))
}

function learnedOf(step: number, name: string, others: readonly FakeRows[]): Situation['learned'] {
  const namesakes = others.filter(({ workflow }) => workflow.name === name)
  const newest = namesakes.sort((a, b) => -oldestFirst(a.workflow, b.workflow))
  for (const { messages, steps } of newest) {
    const taken = steps.find((other) => other.step === step)
    const message = messages.find(({ readByStep }) => readByStep === step)
    if (taken?.name === 'DBOS.getEvent') return { step, call: taken.name, topic: null }
    if (taken?.name === 'DBOS.recv' && message) return { step, call: taken.name, topic: message.topic }
  }
  return null
}

export function queueStateOf(
  place: QueuePlace,
  all: readonly FakeRows[],
  { partition: ofPartition, ...given }: GivenQueue,
): QueueState {
  const { queue, partition } = place
  const limits = { concurrency: null, workerConcurrency: null, rateLimit: null }
  const isPartitioned = given.isPartitioned ?? ofPartition !== undefined
  return {
    name: queue,
    isInternal: queue === internalQueue,
    isRegistered: false,
    owner: null,
    isPaused: given.workerConcurrency === 0 || given.concurrency === 0,
    isPartitioned,
    pollMs: 1000,
    ...limits,
    ...useOf({ ...place, partition: null }, all),
    partition:
      isPartitioned && partition !== null
        ? { key: partition, ...limits, ...useOf(place, all), ...ofPartition }
        : null,
    ...given,
  }
}

/** What the test says of a queue; `partition`: of each of its partitions. */
export type GivenQueue = Partial<Omit<QueueState, 'partition'>> & {
  readonly partition?: Partial<QueueBudget>
}

function useOf(
  { queue, application, partition }: QueuePlace,
  all: readonly FakeRows[],
): Pick<QueueBudget, 'running' | 'runningCount' | 'startedInPeriod'> {
  const running = all
    .filter((other) => partition === null || other.partition === partition)
    .map(({ workflow }) => workflow)
    .filter((other) => other.queue === queue && other.status === 'PENDING')
    .filter(
      (other) => application === null || other.application === null || other.application === application,
    )
    .sort(oldestFirst)
  return {
    running: running.slice(0, 5).map(({ workflowId }) => workflowId),
    runningCount: running.length,
    startedInPeriod: 0,
  }
}

function oldestFirst(a: WorkflowSummary, b: WorkflowSummary): number {
  return a.createdAt.getTime() - b.createdAt.getTime()
}

function distinct<Value>(values: readonly Value[]): Value[] {
  const seen = new Map(values.map((value) => [JSON.stringify(value), value]))
  return [...seen.values()]
}

function toSummary({ input, output, error, ...summary }: Workflow): WorkflowSummary {
  return summary
}

const patienceMs = 60_000

/** Of a server that is well, with what the workflows leave to care for. */
export function healthOf(all: readonly FakeRows[], now: Date): ServerHealth {
  const late = all
    .map(({ workflow }) => workflow)
    .filter(
      ({ status, createdAt }) => status === 'ENQUEUED' && now.getTime() - createdAt.getTime() > patienceMs,
    )
    .sort(oldestFirst)
  const places = distinct(
    late.map(({ queue, application, version }) => ({ queue: queue ?? '', application, version })),
  )
  const sample = (ids: readonly string[]) => ({ count: ids.length, ids: ids.slice(0, 3) })
  return {
    serverVersion: '18.4',
    now,
    migration: 123,
    isListening: true,
    isPooled: false,
    asksForMd5: false,
    isReplica: false,
    seesSessions: true,
    mayNot: [],
    role: 'ada',
    hasRecord: true,
    missingIndex: null,
    backlog: places.map((place) => {
      const those = late.filter(
        ({ queue, application, version }) =>
          queue === place.queue && application === place.application && version === place.version,
      )
      return { ...place, ...standingOf(those, ({ createdAt }) => createdAt, now) }
    }),
    unbegun: unbegunOf(all, now),
    dead: sample(
      all
        .map(({ workflow }) => workflow)
        .filter(({ status }) => status === 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
        .sort((a, b) => -oldestFirst(a, b))
        .map(({ workflowId }) => workflowId),
    ),
    unreadAfterEnd: sample(
      all
        .filter(({ workflow, messages }) => isEnded(workflow.status) && messages.some(({ read }) => !read))
        .map(({ workflow }) => workflow.workflowId),
    ),
    unknownTopics: unknownTopicsOf(all),
  }
}

function unknownTopicsOf(all: readonly FakeRows[]): ServerHealth['unknownTopics'] {
  const isKnown = ({ workflow, events }: FakeRows, topic: string | null): boolean =>
    events.some(({ key }) => key === `awaiting:${topic ?? ''}`) ||
    all.some(
      (other) =>
        other.workflow.name === workflow.name &&
        other.messages.some((message) => message.read && message.topic === topic),
    )
  const found = all
    .filter(({ workflow }) => workflow.status === 'PENDING')
    .map((rows) => {
      const unread = rows.messages.filter(({ read, topic }) => !read && !isKnown(rows, topic))
      return {
        workflowId: rows.workflow.workflowId,
        topics: distinct(unread.map(({ topic }) => topic)),
        sentAtMs: Math.max(...unread.map(({ sentAt }) => sentAt.getTime())),
      }
    })
  return found
    .filter(({ topics }) => topics.length > 0)
    .sort((a, b) => b.sentAtMs - a.sentAtMs || (a.workflowId < b.workflowId ? -1 : 1))
    .slice(0, 20)
    .map(({ workflowId, topics }) => ({ workflowId, topics }))
}

function unbegunOf(all: readonly FakeRows[], now: Date): ServerHealth['unbegun'] {
  const late = all
    .filter(
      ({ workflow, steps }) => workflow.status === 'PENDING' && workflow.queue !== null && steps.length === 0,
    )
    .map(({ workflow }) => workflow)
    .filter(({ startedAt }) => startedAt !== null && now.getTime() - startedAt.getTime() > patienceMs)
    .sort(oldestFirst)
  const kinds = distinct(late.map(({ name, className }) => ({ name, className })))
  return kinds.map((kind) => {
    const those = late.filter(({ name, className }) => name === kind.name && className === kind.className)
    return { ...kind, ...standingOf(those, ({ startedAt }) => startedAt, now) }
  })
}

/** Of workflows that stand for the same reason, the oldest first. */
function standingOf(
  workflows: readonly Workflow[],
  sinceOf: (workflow: Workflow) => Date | null,
  now: Date,
): Standing {
  const [oldest] = workflows
  return {
    count: workflows.length,
    oldestId: oldest?.workflowId ?? '',
    oldestAt: (oldest && sinceOf(oldest)) ?? now,
  }
}
