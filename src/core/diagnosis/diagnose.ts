import { dbosStep } from '../dbos-names.ts'
import { registers } from '../run/registration.ts'
import { dateOfMs } from '../words/far-date.ts'
import { nearest } from '../words/nearest.ts'
import { isEnded, isKnownStatus, type Step, type Wait } from '../workflow.ts'
import type { Cause, QueueLimit } from './cause.ts'
import { eligibleExecutors } from './eligible-executors.ts'
import { isLeftBehind } from './left-behind.ts'
import { causeOfDelay, findObstacles, unregistered, versionLabel } from './obstacles.ts'
import {
  enqueuedAt,
  isSilent,
  type Outlook,
  type QueueBudget,
  type QueueState,
  type Situation,
} from './situation.ts'

export interface Diagnosis {
  /** The first one is why; the others hold as well. */
  readonly causes: readonly [Cause, ...Cause[]]
  /** The workflow to look at next: what this one waits for, or what stands before it. */
  readonly next: string | null
  /**
   * `sessions`: whether executors live cannot be seen. `listening`: it may be on an executor that does not tell its id.
   * `event`: which one it waits for. `name`: whether its executor knows it.
   */
  readonly unknown: readonly ('sessions' | 'listening' | 'event' | 'name')[]
}

/** Enough polls to have been taken, and a second for a delay to be noticed. */
const dueAfterMs = ({ pollMs }: QueueState) => 3 * pollMs + 2000

/** Finds the causes in what the database tells, the most important first. */
export function diagnose(situation: Situation): Diagnosis {
  const { workflow } = situation
  const causes = isEnded(workflow.status)
    ? [endOf(situation)]
    : !isKnownStatus(workflow.status)
      ? [{ kind: 'status-unknown', status: workflow.status } as const]
      : workflow.status === 'PENDING'
        ? causesOfStandstill(situation)
        : causesOfQueueing(situation)
  const [first = { kind: 'due' } as const, ...others] = causes
  return { causes: [first, ...others], next: nextOf(first, situation), unknown: unknownOf(first, situation) }
}

/** DBOS cancels what passes its deadline within moments; who comes later is somebody else. */
const cancelledWithinMs = 10_000

function endOf({ workflow, failedStep, deadline }: Situation): Cause {
  switch (workflow.status) {
    case 'ERROR':
      return { kind: 'failed', step: failedStep }
    case 'MAX_RECOVERY_ATTEMPTS_EXCEEDED':
      return { kind: 'dead', attempts: workflow.recoveryAttempts }
    case 'CANCELLED':
      return { kind: 'cancelled', deadline: isTimeout(deadline, workflow.completedAt) ? deadline : null }
    default:
      return { kind: 'succeeded' }
  }
}

function isTimeout(deadline: Date | null, completedAt: Date | null): boolean {
  const lateMs = deadline && completedAt ? completedAt.getTime() - deadline.getTime() : -1
  return lateMs >= 0 && lateMs < cancelledWithinMs
}

/** Of a workflow that is ENQUEUED or DELAYED. */
function causesOfQueueing(situation: Situation): Cause[] {
  const { workflow, outlook, delayUntil, now, partition } = situation
  if (!outlook) return []
  const delay: Cause[] =
    delayUntil && delayUntil > now && workflow.status === 'DELAYED'
      ? [{ kind: 'delayed', until: delayUntil }]
      : []
  const obstacles = findObstacles(outlook, { ...workflow, partition })
  if (obstacles.length > 0 || delay.length > 0) return [...delay, ...obstacles]
  const limit = limitReached(outlook, workflow.application)
  if (limit) return [{ kind: 'queue-full', limit, ahead: situation.aheadCount }]
  const quietSince = Math.max(enqueuedAt(situation).getTime(), situation.lastTakenAt?.getTime() ?? 0)
  const isLate = outlook.executors !== undefined && now.getTime() - quietSince > dueAfterMs(outlook.queue)
  return [isLate ? causeOfDelay(outlook, workflow) : { kind: 'due' }]
}

/** In the order in which workers look: what is of the whole queue stands in the way of all its partitions. */
function limitReached({ queue, executors }: Outlook, application: string | null): QueueLimit | undefined {
  const workers = executors ? eligibleExecutors(executors, { application, version: null }).length : 1
  const { partition } = queue
  return (
    reachedIn(queue, null, workers) ?? (partition ? reachedIn(partition, partition.key, workers) : undefined)
  )
}

function reachedIn(budget: QueueBudget, partition: string | null, workers: number): QueueLimit | undefined {
  const { concurrency, workerConcurrency, rateLimit, runningCount: running, startedInPeriod } = budget
  if (rateLimit && startedInPeriod >= rateLimit.max) return { by: 'rate', partition, ...rateLimit }
  if (concurrency !== null && running >= concurrency) {
    return { by: 'concurrency', partition, max: concurrency, running }
  }
  return workerConcurrency !== null && running >= workerConcurrency * workers
    ? { by: 'workerConcurrency', partition, max: workerConcurrency, running }
    : undefined
}

/** The first that runs where this limit holds; null where it is not one of what runs. */
export function blockerOf(limit: QueueLimit, { queue }: Outlook): string | null {
  const { running } = limit.partition === null || queue.partition === null ? queue : queue.partition
  return limit.by === 'rate' ? null : (running[0] ?? null)
}

/** Of a workflow that is PENDING: an executor has it, or had it. */
function causesOfStandstill(situation: Situation): Cause[] {
  const { executors, waits, now } = situation
  const holder = executors?.find(({ executorId }) => executorId === situation.workflow.executorId)
  const waiting = [...waits.map((wait) => causeOfWait(wait, situation)), ...causesByLastStep(situation)]
  const silence: Cause[] =
    holder && isSilent(holder, now)
      ? [{ kind: 'executor-silent', executorId: holder.executorId, since: holder.heardAt }]
      : []
  const gone = isLeftBehind(situation.workflow, executors)
  if (gone) {
    const lastSign = lastSignOf(situation)
    const { executorId } = situation.workflow
    // What nobody executes is waited for by nobody: only a wait tells what to do once it runs again.
    return [
      { kind: 'executor-gone', executorId: executorId ?? '', lastSign },
      ...causesOfNoTaker(situation),
      ...waiting.filter(isWait),
    ]
  }
  const stranger = silence.length > 0 ? undefined : causeOfUnprovenName(situation)
  return [...silence, ...(stranger ? [stranger] : waiting)]
}

function isWait({ kind }: Cause): boolean {
  return kind === 'waits-for-message' || kind === 'wait-overdue' || kind === 'answer-unread'
}

/** Of what a dead executor left: who lives, and runs other versions. */
function causesOfNoTaker({ workflow, executors = [] }: Situation): Cause[] {
  const { application, version } = workflow
  const candidates = eligibleExecutors(executors, { application, version: null })
  if (candidates.length === 0 || version === null) return []
  if (eligibleExecutors(candidates, { application, version }).length > 0) return []
  return [{ kind: 'version-gone', version, live: [...new Set(candidates.map(versionLabel))] }]
}

function causeOfWait(wait: Wait, { unread, learned }: Situation): Cause {
  if (wait.state === 'answered' && wait.asked) return { kind: 'answer-unread', wait, isLearned: false }
  const earlier = learned !== null && learned.step === wait.step && !wait.asked ? learned : undefined
  if (earlier?.call === dbosStep.getEvent) return { kind: 'waits-for-event', wait }
  const isLearned = wait.source === 'learned'
  const answers = unread.filter(({ topic }) => topic === wait.topic)
  if (answers.length > 0) return { kind: 'answer-unread', wait, isLearned }
  if (wait.state === 'overdue') return { kind: 'wait-overdue', wait }
  return { kind: 'waits-for-message', wait, strays: unread, isLearned }
}

/** Where nothing says that it waits: what its last step tells of the one that runs now. */
function causesByLastStep(situation: Situation): Cause[] {
  const { workflow, waits, activeChildren, lastStep, now, stepCount } = situation
  if (waits.length > 0) return []
  const until = lastStep && sleepsUntil(lastStep)
  if (until && until > now) return [{ kind: 'sleeps', until }]
  // Waiting for a child's result leaves no row: a child that still runs is the best explanation there is.
  const [child] = activeChildren
  if (child) return [{ kind: 'waits-for-child', child }]
  const since = lastStep?.completedAt ?? workflow.startedAt ?? workflow.createdAt
  return [{ kind: 'step-runs', step: lastStep ? lastStep.step + 1 : stepCount, after: lastStep, since }]
}

/** The end of a sleep, which DBOS writes as its output when it begins; null where the step is none. */
export function sleepsUntil({ name, output }: Step): Date | null {
  return name === dbosStep.sleep && typeof output === 'number' ? dateOfMs(output) : null
}

/**
 * A worker that does not know a name or a class claims the workflow all the same, and never begins: it looks like one whose
 * first step takes long.
 */
function causeOfUnprovenName(situation: Situation): Cause | undefined {
  const { workflow, stepCount, provenOrigins, knownNames, waits, activeChildren } = situation
  const { name, className, configName, queue, startedAt, createdAt } = workflow
  if (stepCount > 0 || waits.length > 0 || activeChildren.length > 0 || queue === null) return undefined
  if (provenOrigins.some((origin) => origin.className === className)) return undefined
  const holder = situation.executors?.find(({ executorId }) => executorId === workflow.executorId)
  if (holder?.registration) {
    return registers(holder.registration, name, className)
      ? undefined
      : unregistered(workflow, [holder], situation.executors ?? [], holder.executorId)
  }
  const classes = provenOrigins.map((origin) => ({
    className: origin.className,
    configName: origin.configName ?? configName,
  }))
  const others = knownNames.filter((known) => known !== name)
  return {
    kind: 'name-unproven',
    since: startedAt ?? createdAt,
    meant: nearest(name, others) ?? null,
    classes,
  }
}

/** What lies ahead is none, whoever's clock it is by. */
function lastSignOf({ workflow, updatedAt, lastStep, now }: Situation): Date {
  const signs = [
    workflow.createdAt,
    workflow.startedAt,
    updatedAt,
    lastStep?.startedAt,
    lastStep?.completedAt,
  ].flatMap((sign) => (sign && sign <= now ? [sign.getTime()] : []))
  return signs.length > 0 ? new Date(Math.max(...signs)) : now
}

function nextOf(cause: Cause, { outlook }: Situation): string | null {
  if (cause.kind === 'waits-for-child') return cause.child.workflowId
  return cause.kind === 'queue-full' && outlook ? blockerOf(cause.limit, outlook) : null
}

function unknownOf({ kind }: Cause, { workflow, executors }: Situation): Diagnosis['unknown'] {
  if (isEnded(workflow.status)) return []
  const ofCause =
    kind === 'waits-for-event' ? (['event'] as const) : kind === 'name-unproven' ? (['name'] as const) : []
  if (executors === undefined) return ['sessions', ...ofCause]
  const isHeld = executors.some(({ executorId }) => executorId === workflow.executorId)
  const isHidden = executors.some(({ recognisedBy }) => recognisedBy === 'listening')
  return workflow.status === 'PENDING' && !isHeld && isHidden ? ['listening', ...ofCause] : ofCause
}
