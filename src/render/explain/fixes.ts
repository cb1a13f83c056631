import { internalQueue, isOwnExecutor } from '../../core/dbos-names.ts'
import type { WorkflowProfiles } from '../../core/decide/answer-profile.ts'
import { answerCommand } from '../../core/decide/question-words.ts'
import type { Cause } from '../../core/diagnosis/cause.ts'
import { blockerOf } from '../../core/diagnosis/diagnose.ts'
import { eligibleExecutors, liveVersionsOf } from '../../core/diagnosis/eligible-executors.ts'
import type { LiveExecutor, Situation } from '../../core/diagnosis/situation.ts'
import { type CommandLine, command, otherCommand, type Prose, phrase } from '../../core/words/command-line.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import { quoteWord } from '../../core/words/quote-word.ts'
import type { Message, Step, Workflow } from '../../core/workflow.ts'
import { registerIt, startAs } from './start-again.ts'

/** A command to type, and what it does. */
export interface Fix {
  readonly command: CommandLine | Prose
  readonly effect: string
}

/** What a remedy needs to know of where it will be typed. */
export interface Surroundings {
  /** True where drover created the database: its workers poll every queue, and one version outlives edits there. */
  readonly own: boolean
  /** The module that the configuration names. */
  readonly app: string | undefined
  /** Its tables are of an SDK that cannot be launched in a process of drover's. */
  readonly isBeforeSdk5?: boolean
  /** The words by which the command line named the database. */
  readonly databaseFlags?: readonly string[]
  /** How workflows want to be answered, by name. */
  readonly workflows?: Readonly<Record<string, WorkflowProfiles>>
}

/** What fixes it, the best first. */
export function fixesOf(cause: Cause, situation: Situation, surroundings: Surroundings): readonly Fix[] {
  const { workflow, outlook, executors } = situation
  const id = workflow.workflowId
  const watch = { command: command('watch', [id]), effect: 'shows it go on' }
  const worker = (options: WorkerOptions = {}) => workerCommand(situation, surroundings, options)
  switch (cause.kind) {
    case 'succeeded':
      return [{ command: command('result', [id]), effect: 'prints its result' }]
    case 'status-unknown':
      return [{ command: command('get', [id]), effect: 'shows what it did; a newer drover may know more' }]
    case 'failed':
      return [
        ...(cause.step ? [forkFrom(cause.step, situation)] : []),
        { command: command('steps', [id]), effect: 'shows what it did until then' },
      ]
    case 'cancelled':
    case 'dead':
      return [{ command: command('resume', [id]), effect: 'lets it go on after its last recorded step' }]
    case 'no-worker':
      return [{ command: worker(), effect: 'runs a worker that takes it' }]
    case 'queue-missing':
      return [
        ...(workflow.queue !== null && executors && executors.length > 0
          ? [createQueue(workflow.queue, workflow)]
          : []),
        {
          command: worker({ createQueue: true }),
          effect: 'registers the queue and runs a worker that polls it',
        },
      ]
    case 'queue-elsewhere':
    case 'partition-missing':
      return [putBack(id, 'puts it on the queue that every worker polls')]
    case 'version-gone':
      return [
        { command: worker(), effect: 'runs a worker of that version' },
        ...(executors ? moveToLive(id, executors, workflow) : []),
      ]
    case 'version-overtaken':
      return [
        ...promote(cause.live),
        { command: worker({ version: cause.latest }), effect: 'runs a worker of the latest version' },
      ]
    case 'queue-paused':
      return [
        { command: command('queues resume', [workflow.queue ?? '']), effect: 'lets workers take from it' },
      ]
    case 'queue-full': {
      const blocker = outlook && blockerOf(cause.limit, outlook)
      return blocker === null
        ? [watch]
        : [{ command: command('explain', [blocker]), effect: 'says why the first that runs does not end' }]
    }
    case 'not-polled':
      return [{ command: worker({ poll: true }), effect: 'runs a worker that polls it' }]
    case 'not-taken': {
      const workers = { command: command('workers'), effect: 'shows who lives, and from where' }
      const another = { command: worker({ poll: true }), effect: 'runs a worker that takes it' }
      return cause.isKnown ? [workers, another] : [another, workers]
    }
    case 'name-unregistered':
      return registerIt(cause, workflow, worker({ poll: true }))
    case 'executor-gone':
      return takeOver(cause.executorId, situation, worker())
    case 'executor-silent':
      return [
        {
          command: command('workers'),
          effect: 'shows where it is; end that process there, and explain again',
        },
      ]
    case 'name-unproven': {
      const [known] = cause.classes
      const anew = 'if it is not known: starts it anew, as what ran before'
      return [
        { command: command('watch', [id]), effect: 'shows its first step as soon as it ends' },
        ...(known ? [startAs(workflow, workflow.name, known, anew)] : []),
        ...(!known && cause.meant !== null ? [startAs(workflow, cause.meant, undefined, anew)] : []),
        {
          command: command('cancel', [id]),
          effect: 'if it is not known: gives its place to others',
        },
      ]
    }
    case 'wait-overdue':
      return [
        {
          command: command('workers'),
          effect: 'shows where its executor is; once that goes on, this times out',
        },
        {
          command: answerCommand(cause.wait, { force: true }),
          effect: 'answers it late; it is read if it is there before that',
        },
      ]
    case 'waits-for-message':
      return [
        {
          command: answerWith(cause, cause.strays),
          effect:
            cause.wait.topic === undefined
              ? 'answers it, if it is a message'
              : cause.isLearned
                ? 'answers it, if it waits as earlier runs did'
                : 'answers it',
        },
        ...(cause.strays.length > 0
          ? [{ command: command('messages', [id]), effect: 'shows what lies there unread' }]
          : []),
      ]
    case 'waits-for-event':
      return [
        { command: command('get', [id]), effect: 'shows its input, which may name that workflow' },
        { command: command('steps', [id]), effect: 'shows what it did until then' },
      ]
    case 'waits-for-child':
      return [{ command: command('explain', [cause.child.workflowId]), effect: 'says why that does not end' }]
    case 'due':
      return executors === undefined
        ? [{ command: command('doctor'), effect: 'says why workers cannot be seen' }, watch]
        : [watch]
    case 'delayed':
    case 'answer-unread':
    case 'sleeps':
    case 'step-runs':
      return [watch]
    default:
      return cause satisfies never
  }
}

/** `failed` is the first step that did; of several, those before the last did not end it. */
function forkFrom({ step }: Step, { workflow, failedStepCount }: Situation): Fix {
  const from = failedStepCount > 1 ? step : 'failed'
  return {
    command: command('fork', [workflow.workflowId], { '--from': from }),
    effect: 'once its reason is fixed: runs a copy from that step',
  }
}

/** What a dead executor left goes to a worker of its version; where only others live, that is for somebody to decide. */
function takeOver(
  executorId: string,
  { workflow, executors = [] }: Situation,
  worker: CommandLine | Prose,
): readonly Fix[] {
  const { workflowId } = workflow
  const isOwn = isOwnExecutor(executorId)
  const start = {
    command: worker,
    effect: isOwn
      ? 'runs a worker that takes over what dead drover processes left'
      : 'runs a worker of its version, which takes over what dead executors left',
  }
  const tell = { command: command('recover', [workflowId]), effect: 'hands it to a worker that lives' }
  if (eligibleExecutors(executors, workflow).length > 0) return isOwn ? [tell, start] : [tell]
  return [
    ...liveVersionsOf(executors, workflow.application).map((version) => ({
      command: command('recover', [workflowId], { '--to-version': version }),
      effect: `lets the code of ${quoteWord(version)} go on with it`,
    })),
    start,
  ]
}

/** A message that went to another topic is most likely the answer. */
export function answerWith(
  { wait }: Extract<Cause, { kind: 'waits-for-message' }>,
  strays: readonly Message[],
): CommandLine {
  const [stray] = strays
  const isTheAnswer = stray !== undefined && wait.topic !== undefined
  return answerCommand(wait, isTheAnswer ? { message: stringifyExact(stray.message) } : {})
}

interface WorkerOptions {
  readonly version?: string
  /** Register its queue. */
  readonly createQueue?: boolean
  readonly poll?: boolean
}

interface WorkerFor extends Pick<Situation, 'executors'> {
  readonly workflow: Pick<Workflow, 'application' | 'queue' | 'version'>
}

/** The worker that would take this workflow: its application and version, and its queue where workers poll none by themselves. */
export function workerCommand(
  { workflow, executors }: WorkerFor,
  { own, app, isBeforeSdk5 }: Surroundings,
  { version, createQueue, poll }: WorkerOptions = {},
): CommandLine | Prose {
  if (isBeforeSdk5) return ownStart
  const { application, queue } = workflow
  const module = app ?? (application === 'drover-demo' ? 'drover:demo' : './your-module.ts')
  const wanted = version ?? workflow.version ?? undefined
  const isDefault = own && wanted === `${application}@dev`
  const pollsByItself = own || queue === null || queue === internalQueue || createQueue === true
  const othersLive = executors === undefined || executors.length > 0
  return command('worker', [], {
    '--app': module,
    '--application': module === 'drover:demo' ? undefined : application,
    '--app-version': isDefault ? undefined : wanted,
    '--create-queue': createQueue ? queue : undefined,
    '--queues': !pollsByItself || (poll && !own) ? queue : undefined,
    '--join': !own && othersLive,
  })
}

/** What an application with an SDK before 5.0 needs, which drover cannot launch in a process of its own. */
export const ownStart = phrase`${otherCommand('npm start')}   # the application's own start: drover's worker runs SDK 5.0 and later`

/** Cancelled and resumed it is on DBOS's internal queue, under its own id. */
function putBack(id: string, effect: string): Fix {
  return { command: phrase`${command('cancel', [id])} && ${command('resume', [id])}`, effect }
}

function createQueue(queue: string, { application }: Workflow): Fix {
  return {
    command: command('queues create', [queue], { '--application': application }),
    effect: 'registers the queue; workers notice within seconds',
  }
}

/** Where workers of its application live it can go on as their version. */
function moveToLive(
  id: string,
  executors: readonly LiveExecutor[],
  { application }: Workflow,
): readonly Fix[] {
  return liveVersionsOf(executors, application).map((version) => ({
    command: command('recover', [id], { '--to-version': version }),
    effect: `lets the code of ${quoteWord(version)} run it`,
  }))
}

/** Where one version lives it can be made the latest again. */
function promote(live: readonly string[]): Fix[] {
  const [version] = live
  if (version === undefined || live.length > 1 || /[…()]/.test(version)) return []
  return [
    {
      command: command('versions promote', [version]),
      effect: 'makes the version that lives the latest again',
    },
  ]
}
