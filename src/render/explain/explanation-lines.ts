import { dbosStep } from '../../core/dbos-names.ts'
import { sleepsUntil } from '../../core/diagnosis/diagnose.ts'
import type { Explanation, Explanations } from '../../core/diagnosis/explanation.ts'
import {
  enqueuedAt,
  type LiveExecutor,
  type QueueBudget,
  type Situation,
} from '../../core/diagnosis/situation.ts'
import { renderPhrase } from '../../core/words/command-line.ts'
import { isEnded, type Step } from '../../core/workflow.ts'
import type { Viewport } from '../gutter.ts'
import { errorSentence, outcomeSentence } from '../outcome.ts'
import { statusLabel } from '../style.ts'
import { displayWidth, escapeName, pad, shortExecutor, truncate, wrapSentence } from '../text.ts'
import { formatAge, formatCountdown, formatElapsed, formatTime } from '../time-text.ts'
import { causeSentence } from './cause-sentence.ts'
import { fixesOf, type Surroundings } from './fixes.ts'

/** As it is typed, and what it does. */
export interface TypedFix {
  readonly command: string
  readonly effect: string
}

/** One screen: the cause first, then the evidence, then the command that fixes it. */
export function renderExplanation(
  explanations: Explanations,
  surroundings: Surroundings,
  frame: Viewport,
): string[] {
  const [{ situation, diagnosis }, ...below] = explanations
  const { style, width } = frame
  const [first, ...others] = diagnosis.causes
  const margin = width < 60 ? 10 : 11
  const block = (key: string, texts: readonly string[], paint = style.plain) =>
    texts
      .flatMap((text) => wrapSentence(text, width - margin))
      .map((line, index) => style.faint(pad(index === 0 ? key : '', margin)) + paint(line))
  const { status, name, workflowId } = situation.workflow
  const title = `${escapeName(name)}  ${escapeName(workflowId)}`
  return [
    `${statusLabel(status, style)}  ${style.strong(truncate(title, Math.max(1, width - status.length - 4)))}`,
    ...block('why', [causeSentence(first, situation)], style.strong),
    ...below.flatMap(({ situation: other, diagnosis: its }, depth) =>
      block(depth === 0 ? 'because' : '', [
        `${escapeName(other.workflow.workflowId)} (${escapeName(other.workflow.name)}, ${other.workflow.status}): ${causeSentence(its.causes[0], other)}`,
      ]),
    ),
    ...block(
      'also',
      others.map((cause) => causeSentence(cause, situation)),
      style.warning,
    ),
    '',
    ...evidenceOf(situation, frame.now).flatMap(([key, text]) => block(key, [text])),
    ...block('unknown', diagnosis.unknown.map(unknownSentence), style.faint),
    '',
    ...fixLines(fixes(explanations, surroundings), margin, frame),
  ]
}

/**
 * Of the workflow at the bottom: what waits for another is fixed there. What will hold up a delayed one is fixed before
 * its time comes.
 */
export function fixes(explanations: Explanations, surroundings: Surroundings): readonly TypedFix[] {
  const { situation, diagnosis } = explanations.at(-1) as Explanation
  const [first, obstacle] = diagnosis.causes
  const list = fixesOf((first.kind === 'delayed' && obstacle) || first, situation, surroundings)
  return list.map(({ command, effect }) => ({
    command: renderPhrase(command, surroundings.databaseFlags),
    effect,
  }))
}

/** The command stays whole for whoever copies it; what it does stands behind it as a comment, where that fits. */
function fixLines(list: readonly TypedFix[], margin: number, { style, width }: Viewport): string[] {
  return list.flatMap(({ command, effect }, index) => {
    const label = index === 0 ? 'fix' : 'or'
    const head = style.faint(pad(label, margin))
    const comment = `# ${effect}`
    const left = width - margin - displayWidth(command)
    if (left >= comment.length + 2) return [`${head}${style.command(command)}  ${style.faint(comment)}`]
    const lines = left >= 0 ? [head + style.command(command)] : [head.trimEnd(), style.command(command)]
    const comments = wrapSentence(effect, width - margin - 2)
    return [...lines, ...comments.map((line) => style.faint(`${pad('', margin)}# ${line}`))]
  })
}

export function unknownSentence(kind: Explanation['diagnosis']['unknown'][number]): string {
  switch (kind) {
    case 'sessions':
      return 'Whether any worker is live: this role or a pooler hides the sessions of others (grant pg_read_all_stats).'
    case 'listening':
      return 'Whether its executor is live: some that are do not tell their ids.'
    case 'event':
      return 'Which event, and of which workflow: DBOS records neither.'
    case 'name':
      return 'Which of the two: the log of its executor says "Cannot find workflow function" if it does not know it.'
    default:
      return kind satisfies never
  }
}

/** Labels on the screen, and the documented keys of `evidence` in `explain -o json`: none is renamed. */
export type EvidenceKey =
  | ('ended' | 'step' | 'last step' | 'steps' | 'attempts' | 'deadline')
  | ('queue' | 'wants' | 'workers' | 'executor' | 'waits' | 'unread' | 'children')

/** What was found, as a key and a text; what is not known is not mentioned. */
export function evidenceOf(situation: Situation, now: Date): [EvidenceKey, text: string][] {
  const { workflow, executors, lastStep, stepCount, unread, waits, activeChildren, deadline } = situation
  const rows: [EvidenceKey, string | undefined][] = isEnded(workflow.status)
    ? [
        ['ended', outcomeSentence(workflow)],
        ['step', situation.failedStep?.error ? errorSentence(situation.failedStep.error) : undefined],
        [
          'last step',
          lastStep && workflow.status === 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'
            ? describeStep(lastStep, now)
            : undefined,
        ],
      ]
    : [
        ['queue', describeQueue(situation, now)],
        ['wants', situation.outlook ? describeWanted(situation) : undefined],
        ['workers', situation.outlook ? describeWorkers(executors, now) : undefined],
        ['executor', situation.outlook ? undefined : describeHolder(situation, now)],
        [
          'last step',
          lastStep && !isTimer(lastStep, situation)
            ? describeStep(lastStep, now)
            : workflow.status === 'PENDING' && !lastStep
              ? 'none recorded'
              : undefined,
        ],
        [
          'waits',
          waits.length > 0
            ? waits.map((wait) => describeSince(wait.since, wait.step, now)).join('; ')
            : undefined,
        ],
        ['unread', unread.length > 0 ? `${unread.length} on ${topicsOf(situation)}` : undefined],
        [
          'children',
          activeChildren.map(({ workflowId, status }) => `${escapeName(workflowId)} ${status}`).join(', '),
        ],
        ['deadline', deadline ? `${formatTime(deadline)}, ${formatCountdown(deadline, now)}` : undefined],
      ]
  const attempts: [EvidenceKey, string | undefined] = [
    'attempts',
    workflow.recoveryAttempts > 1
      ? `${workflow.recoveryAttempts}${isEnded(workflow.status) ? '' : '; DBOS gives up after 100 unless the workflow says otherwise'}`
      : undefined,
  ]
  const steps: [EvidenceKey, string | undefined] = [
    'steps',
    stepCount > 0 ? `${stepCount} recorded` : undefined,
  ]
  return [...rows, steps, attempts].flatMap(([key, text]) =>
    text ? [[key, text] as [EvidenceKey, string]] : [],
  )
}

function describeStep(step: Step, now: Date): string {
  const { startedAt, completedAt } = step
  const until = sleepsUntil(step)
  const [verb, at] = until && until > now ? ['began', startedAt] : ['ended', completedAt]
  return `${step.step} ${escapeName(step.name)}${at ? `, ${verb} ${formatAge(at, now)}` : ''}`
}

/** The time-out of a wait has a row of its own, which says nothing that the wait does not. */
function isTimer({ name, step }: Step, { waits }: Situation): boolean {
  return name === dbosStep.sleep && waits.some((wait) => wait.step === step - 1)
}

function describeSince(since: Date, step: number, now: Date): string {
  return `at step ${step}, for ${formatElapsed(now.getTime() - since.getTime())}`
}

function topicsOf({ unread }: Situation): string {
  const topics = new Set(
    unread.map(({ topic }) => (topic === null ? 'no topic' : `topic ${escapeName(topic)}`)),
  )
  return [...topics].join(', ')
}

function describeQueue(situation: Situation, now: Date): string | undefined {
  const { workflow, outlook, ahead, aheadCount } = situation
  if (!outlook) return workflow.queue === null ? undefined : escapeName(workflow.queue)
  const { queue } = outlook
  const { partition } = queue
  return [
    `${escapeName(queue.name)}, for ${formatElapsed(now.getTime() - enqueuedAt(situation).getTime())}`,
    partition ? `partition ${escapeName(partition.key)}: ${describeRunning(partition)}` : undefined,
    `${partition ? 'all partitions: ' : ''}${describeRunning(queue)}`,
    aheadCount > 0 ? `${aheadCount} ahead${sample(ahead)}` : undefined,
  ]
    .filter(Boolean)
    .join('; ')
}

/** `2 running of 3 (a, b)`. */
function describeRunning({ running, runningCount, concurrency }: QueueBudget): string {
  return `${runningCount} running${concurrency === null ? '' : ` of ${concurrency}`}${sample(running)}`
}

function sample(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).map(escapeName).join(', ')
  return ids.length === 0 ? '' : ` (${shown}${ids.length > 3 ? ', …' : ''})`
}

function describeWanted({ workflow, outlook }: Situation): string {
  const { application, version } = workflow
  const latest = outlook?.latestVersion ? `, which is ${escapeName(outlook.latestVersion)}` : ''
  return `application ${escapeName(application ?? '(any)')}, version ${version === null ? `(the latest${latest})` : escapeName(version)}`
}

function describeWorkers(executors: readonly LiveExecutor[] | undefined, now: Date): string {
  if (executors === undefined) return 'cannot be seen'
  if (executors.length === 0) return 'none is live'
  return executors
    .map(({ executorId, application, version, versionStart, heardAt }) => {
      const runs = [application, version || (versionStart && `${versionStart}…`)]
        .filter(Boolean)
        .map((text) => escapeName(String(text)))
      const heard = now.getTime() - heardAt.getTime() > 5000 ? `, heard ${formatAge(heardAt, now)}` : ''
      return `${shortExecutor(executorId)} (${runs.join(' ') || 'not told'}${heard})`
    })
    .join(', ')
}

function describeHolder({ workflow, executors }: Situation, now: Date): string | undefined {
  const { executorId, startedAt } = workflow
  if (executorId === null) return undefined
  const holder = executors?.find((executor) => executor.executorId === executorId)
  const state = holder
    ? `live, heard ${formatAge(holder.heardAt, now)}${holder.address === null ? '' : `, at ${holder.address}`}`
    : executors === undefined
      ? 'whether it is live cannot be seen'
      : 'not connected'
  return `${shortExecutor(executorId)}, ${state}${startedAt ? `; claimed ${formatAge(startedAt, now)}` : ''}`
}
