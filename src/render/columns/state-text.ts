import type { Cause, QueueLimit } from '../../core/diagnosis/cause.ts'
import { reasonOf } from '../../core/diagnosis/failure-reason.ts'
import type { ChildCounts, ListedWorkflow } from '../../core/diagnosis/workflow-facts.ts'
import { command, renderCommand } from '../../core/words/command-line.ts'
import type { Wait } from '../../core/workflow.ts'
import type { Style } from '../style.ts'
import { counted, displayWidth, escapeControls, escapeName, pad, shortExecutor, truncate } from '../text.ts'
import { formatCountdown, formatDuration, formatElapsed } from '../time-text.ts'

/** Why a workflow is where it is, in a few words: without styles, and harmless. */
export interface StateText {
  readonly symbol: string
  readonly text: string
  /** What is kept where the text is cut: how long, until when, how often. Empty where there is nothing to say. */
  readonly tail: string
  /** Behind the text, where there is room for all of it. */
  readonly more?: string
  readonly paint: keyof Style
}

type Explained = Pick<
  ListedWorkflow,
  'status' | 'cause' | 'children' | 'error' | 'createdAt' | 'completedAt' | 'queue' | 'name'
>

const say = (symbol: string, paint: keyof Style, text: string, tail = ''): StateText => ({
  symbol,
  text,
  tail,
  paint,
})
const failure = (text: string, tail = '') => say('✗', 'bad', text, tail)
const queued = (text: string) => say('○', 'warning', `enqueued: ${text}`)
const running = (text: string, tail = '') => say('▸', 'accent', text, tail)

/** What the STATE of `list` says, and a row of `top`. */
export function describeState(workflow: Explained, now: Date): StateText {
  const { cause, children, createdAt, completedAt, queue } = workflow
  const since = (date: Date) => inOneUnit(formatElapsed(now.getTime() - date.getTime()))
  switch (cause.kind) {
    case 'succeeded':
      return say(
        '✓',
        'good',
        children ? sumOfChildren(children) : 'SUCCESS',
        completedAt ? inOneUnit(formatDuration(completedAt.getTime() - createdAt.getTime())) : '',
      )
    case 'failed':
      return describeFailure(workflow)
    case 'dead':
      return failure(`given up after ${counted(cause.attempts, 'attempt')}`)
    case 'cancelled':
      return say('⊘', 'warning', cause.deadline ? 'CANCELLED by its timeout' : 'CANCELLED')
    case 'status-unknown':
      return say('?', 'faint', escapeName(cause.status))
    case 'delayed':
      return say('◌', 'faint', `delayed, in ${formatElapsed(cause.until.getTime() - now.getTime())}`)
    case 'executor-gone':
      return { ...failure('executor gone'), more: ` → ${renderCommand(command('recover'))}` }
    case 'executor-silent':
      return say('!', 'bad', `executor ${shortExecutor(cause.executorId)} is silent`, since(cause.since))
    case 'answer-unread':
      return say('?', 'accent', 'answered, not read yet', leftOf(cause.wait, now))
    case 'waits-for-message':
      return say('?', 'accent', questionOf(cause.wait), leftOf(cause.wait, now))
    case 'wait-overdue':
      return say('!', 'bad', questionOf(cause.wait), leftOf(cause.wait, now))
    case 'waits-for-event':
      return say('?', 'accent', 'an event of another workflow', leftOf(cause.wait, now))
    case 'waits-for-child':
      return children && children.total > 1
        ? running(sumOfChildren(children))
        : running(`waits for child ${escapeName(cause.child.workflowId)}`, since(cause.child.createdAt))
    case 'sleeps':
      return say('◌', 'faint', 'sleeps', formatLeft(cause.until, now))
    case 'step-runs':
      return children && children.running + children.queued > 0
        ? running(sumOfChildren(children))
        : running(`step ${cause.step} runs`, since(cause.since))
    case 'name-unproven':
      return running('step 0 runs, or its name is not known', since(cause.since))
    case 'due':
    case 'not-taken':
      return say('○', 'warning', 'enqueued')
    default:
      return queued(describeObstacle(cause, escapeName(queue ?? '')))
  }
}

type Obstacle = Extract<
  Cause,
  {
    kind:
      | 'no-worker'
      | 'queue-missing'
      | 'queue-elsewhere'
      | 'partition-missing'
      | 'version-gone'
      | 'version-overtaken'
      | 'queue-paused'
      | 'queue-full'
      | 'not-polled'
      | 'name-unregistered'
  }
>

function describeObstacle(cause: Obstacle, queue: string): string {
  switch (cause.kind) {
    case 'no-worker':
      return cause.application === null ? 'no worker' : `no worker of ${escapeName(cause.application)}`
    case 'queue-missing':
      return `queue ${queue} is not registered`
    case 'queue-elsewhere':
      return `queue ${queue} belongs to ${escapeName(cause.owner)}`
    case 'partition-missing':
      return `it has no partition of ${queue}`
    case 'version-gone':
      return `nobody runs ${escapeName(cause.version)}`
    case 'version-overtaken':
      return `nobody runs the latest, ${escapeName(cause.latest)}`
    case 'queue-paused':
      return `${queue} is paused`
    case 'queue-full':
      return describeLimit(cause.limit, queue)
    case 'not-polled':
      return `nobody polls ${queue}`
    case 'name-unregistered':
      return 'no worker registers its name'
    default:
      return cause satisfies never
  }
}

function describeLimit({ partition, by, max }: QueueLimit, queue: string): string {
  const who = partition === null ? queue : `partition ${escapeName(partition)}`
  switch (by) {
    case 'rate':
      return `${who} started the ${max} it may`
    case 'workerConcurrency':
      return `${who} runs the ${max} a worker may`
    default:
      return `${who} runs the ${max} it may`
  }
}

function describeFailure({ error, status, children }: Explained): StateText {
  if (!error) return failure(children ? sumOfChildren(children) : escapeName(status))
  const { text, tries } = reasonOf(error)
  return failure(escapeControls(text), tries === null ? '' : `(${tries} tries)`)
}

/** `196 of 200 children, 4 ✗`. */
export function sumOfChildren({ total, succeeded, failed, cancelled, isMore }: ChildCounts): string {
  const all = isMore ? `${total.toLocaleString('en')}+` : String(total)
  const noun = total === 1 ? 'child' : 'children'
  const done = succeeded === total && !isMore ? `${total} ${noun}` : `${succeeded} of ${all} ${noun}`
  return [done, ...(failed > 0 ? [`${failed} ✗`] : []), ...(cancelled > 0 ? [`${cancelled} ⊘`] : [])].join(
    ', ',
  )
}

function questionOf({ prompt, topic }: Wait): string {
  if (prompt !== null) return escapeControls(prompt)
  if (topic === undefined) return 'a message'
  return topic === null ? 'a message without topic' : `a message on ${escapeName(topic)}`
}

function leftOf({ until, since }: Wait, now: Date): string {
  return until ? formatLeft(until, now) : `for ${inOneUnit(formatElapsed(now.getTime() - since.getTime()))}`
}

/** `23h left`, `overdue by 2m`: what a column has room for. */
function formatLeft(until: Date, now: Date): string {
  return formatCountdown(until, now).replace(/(\d+\w) \d+\w/, '$1')
}

function inOneUnit(duration: string): string {
  return duration.split(' ', 1)[0] ?? ''
}

/** On one line, all of it. */
export function wholeState(workflow: Explained, now: Date): string {
  const { symbol, text, tail, more = '' } = describeState(workflow, now)
  return [symbol, `${text}${more}`, tail].filter((part) => part !== '').join(' ')
}

/** The text is cut no shorter than this for the sake of the tail. */
const leastText = 16

/** In `width` cells: the text gives way, the tail stands at the end as long as there is room for both. */
export function fitState({ symbol, text, tail, more = '' }: StateText, width: number): string {
  const whole = `${symbol} ${text}${more}`
  const head = displayWidth(whole) <= width ? whole : `${symbol} ${text}`
  const room = width - displayWidth(tail) - 2
  if (tail === '' || room < Math.min(displayWidth(head), leastText)) return pad(truncate(head, width), width)
  return `${pad(truncate(head, room), room)}  ${tail}`
}
