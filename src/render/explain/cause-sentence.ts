import { waitedFor } from '../../core/decide/question-words.ts'
import type { Cause, QueueLimit } from '../../core/diagnosis/cause.ts'
import type { Situation } from '../../core/diagnosis/situation.ts'
import { qualifiedName } from '../../core/run/workflow-name.ts'
import type { Message, Wait, Workflow } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import { counted, escapeName, shortExecutor } from '../text.ts'
import { formatAge, formatCountdown, formatElapsed, formatTime } from '../time-text.ts'

/** What a sentence needs besides its cause; also of a workflow that is not there yet. */
interface CauseFrame extends Pick<Situation, 'outlook' | 'executors' | 'now'> {
  readonly workflow: Pick<Workflow, 'name' | 'className' | 'queue' | 'application' | 'error'>
}

/** One sentence that says why. */
export function causeSentence(cause: Cause, { workflow, outlook, executors, now }: CauseFrame): string {
  const queue = `queue "${escapeName(workflow.queue ?? '')}"`
  const application = workflow.application === null ? 'any application' : escapeName(workflow.application)
  switch (cause.kind) {
    case 'succeeded':
      return 'It is done.'
    case 'status-unknown':
      return `Its status is ${escapeName(cause.status)}: a newer DBOS than this drover knows wrote it.`
    case 'cancelled':
      return cause.deadline
        ? `Its timeout cancelled it: its deadline was ${formatTime(cause.deadline)}.`
        : 'It was cancelled.'
    case 'failed': {
      const error = workflow.error ? `: ${errorSentence(workflow.error)}` : ''
      return cause.step
        ? `It failed; its step ${cause.step.step}, ${escapeName(cause.step.name)}, had failed${error}`
        : `It failed outside of any step${error}`
    }
    case 'dead':
      return `DBOS gave it up after ${counted(cause.attempts, 'attempt')}: each time the process died or let go of it.`
    case 'delayed':
      return `It is delayed until ${formatTime(cause.until)}, ${formatCountdown(cause.until, now)}.`
    case 'no-worker':
      return `No worker of ${application} is live.`
    case 'queue-missing':
      return `The ${queue} is not registered, so no worker polls it.`
    case 'queue-elsewhere':
      return `The ${queue} belongs to ${escapeName(cause.owner)}, and workers of ${application} do not poll it.`
    case 'partition-missing':
      return `The ${queue} is partitioned, and it was enqueued without a partition: nobody looks for it.`
    case 'version-gone':
      return `It is of version ${escapeName(cause.version)}, which no live worker runs; they run ${names(cause.live)}.`
    case 'version-overtaken':
      return `It names no version, so only workers of the latest one may take it, which is ${escapeName(cause.latest)}; those that live run ${names(cause.live)}.`
    case 'queue-paused':
      return `The ${queue} is paused: no worker takes anything from it.`
    case 'queue-full':
      return `${describeLimit(cause.limit, queue, outlook?.queue.isPartitioned === true)}${
        cause.ahead > 0 ? `; ${cause.ahead === 1 ? '1 is' : `${cause.ahead} are`} ahead of it.` : '.'
      }`
    case 'not-polled':
      return `A worker is live that may take it, and does not: it does not poll the ${queue}.`
    case 'not-taken':
      return cause.isKnown
        ? `A worker is live that runs its version, and has not taken it: it is busy, or blocked.`
        : `A worker is live that may run it, and has not taken it: it does not tell which application and version it runs.`
    case 'name-unregistered':
      return describeUnregistered(cause, workflow)
    case 'due':
      return executors === undefined
        ? 'Nothing that can be seen from here stands in its way: a live worker would take it at its next poll.'
        : 'Nothing stands in its way; it should be taken at the next poll.'
    case 'executor-gone':
      return `Its executor ${shortExecutor(cause.executorId)} is gone; the last sign of it is from ${formatAge(cause.lastSign, now)}.`
    case 'executor-silent':
      return `Its executor ${shortExecutor(cause.executorId)} is connected and silent for ${formatElapsed(now.getTime() - cause.since.getTime())}: stopped, or blocked.`
    case 'name-unproven':
      return describeUnprovenName(cause, workflow, executors === undefined, now)
    case 'answer-unread':
      return cause.isLearned
        ? `A message ${describeTopic(cause.wait.topic)} lies there unread, and earlier runs waited for one at this step.`
        : `It was answered, and has not read the answer yet${topicOf(cause.wait)}.`
    case 'waits-for-message':
      return cause.isLearned
        ? `It waits for a message${deadline(cause.wait, now)}; earlier runs waited at this step for one ${describeTopic(cause.wait.topic)}${describeStrays(cause.strays)}.`
        : `It waits ${waitedFor(cause.wait)}${orEvent(cause.wait)}${topicOf(cause.wait)}${deadline(cause.wait, now)}${describeStrays(cause.strays)}.`
    case 'wait-overdue':
      return `It waited ${waitedFor(cause.wait)}${topicOf(cause.wait)}${deadline(cause.wait, now)}, and its executor has not gone on since.`
    case 'waits-for-event':
      return `It waits for an event of another workflow, as earlier runs did at this step${deadline(cause.wait, now)}.`
    case 'waits-for-child':
      return `It waits for its child ${escapeName(cause.child.workflowId)}, which is ${cause.child.status}.`
    case 'sleeps':
      return `It sleeps until ${formatTime(cause.until)}, ${formatCountdown(cause.until, now)}.`
    case 'step-runs': {
      const after = cause.after ? ` the last one, ${escapeName(cause.after.name)}, ended` : ' it was claimed'
      const whether = executors === undefined ? ' if its executor lives,' : ''
      return `Step ${cause.step} runs,${whether} ${formatElapsed(now.getTime() - cause.since.getTime())} since${after}.`
    }
    default:
      return cause satisfies never
  }
}

function describeLimit(limit: QueueLimit, queue: string, isPartitioned: boolean): string {
  const whole = isPartitioned ? `The ${queue}, with all its partitions,` : `The ${queue}`
  const who = limit.partition === null ? whole : `Partition "${escapeName(limit.partition)}" of ${queue}`
  switch (limit.by) {
    case 'rate':
      return `${who} has started the ${limit.max} it may start in ${formatElapsed(limit.periodMs)}`
    case 'workerConcurrency':
      return `${who} runs ${limit.running}, and a worker takes only ${limit.max} at a time`
    default:
      return `${who} runs ${limit.running} of ${limit.max} at a time`
  }
}

/** The two cannot be told apart from here, so neither is said alone. */
function describeUnprovenName(
  { meant, classes, since }: Extract<Cause, { kind: 'name-unproven' }>,
  { name, className }: CauseFrame['workflow'],
  isHidden: boolean,
  now: Date,
): string {
  const own = escapeName(qualifiedName(className, name))
  const [known] = classes
  const what = known ? 'class' : 'name'
  const whether = isHidden ? ', if its executor lives,' : ''
  const guess = known
    ? ` What ran before is ${escapeName(qualifiedName(known.className, name))}.`
    : meant === null
      ? ''
      : ` Was ${escapeName(meant)} meant?`
  return `It runs its first step${whether} for ${formatElapsed(now.getTime() - since.getTime())}, or its executor does not know the ${what}: nobody ever recorded a step of ${own}.${guess}`
}

function describeUnregistered(
  { executorId, meant, classes, applications }: Extract<Cause, { kind: 'name-unregistered' }>,
  { name, className, application }: CauseFrame['workflow'],
): string {
  const own = escapeName(className === null ? name : `${className}.${name}`)
  const who =
    executorId === null
      ? `No live worker${application === null ? '' : ` of ${escapeName(application)}`} registers`
      : `Its executor ${shortExecutor(executorId)} does not register`
  const [known] = classes
  const instead = known
    ? `; it registers ${escapeName(known.className === null ? name : `${known.className}.${name}`)}`
    : meant !== null
      ? `. Was ${escapeName(meant)} meant?`
      : applications.length > 0
        ? `; workers of ${names(applications)} do`
        : ''
  return `${who} "${own}"${instead}${instead.endsWith('?') ? '' : '.'}`
}

/** Where nobody asked and no earlier run tells, the two look the same. */
function orEvent({ topic, prompt }: Wait): string {
  return topic === undefined && prompt === null ? ', or for an event of another workflow' : ''
}

/** What a question alone does not tell. */
function topicOf({ topic, prompt }: Wait): string {
  if (prompt === null || topic === undefined) return ''
  return topic === null ? ' (no topic)' : ` (topic ${escapeName(topic)})`
}

function deadline({ until }: Wait, now: Date): string {
  return until ? `, ${formatCountdown(until, now)}` : ''
}

/** What was sent where nobody listens: the usual reason for "I did answer". */
export function describeStrays(strays: readonly Message[]): string {
  const [first] = strays
  if (!first) return ''
  const where = describeTopic(first.topic)
  return strays.length === 1
    ? `; a message ${where} lies there unread`
    : `; ${strays.length} messages lie there unread, the first ${where}`
}

function describeTopic(topic: Wait['topic']): string {
  return topic === null || topic === undefined ? 'without a topic' : `on topic ${escapeName(topic)}`
}

function names(list: readonly string[]): string {
  return list.map(escapeName).join(' and ')
}
