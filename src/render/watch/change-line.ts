import type { Change } from '../../core/change.ts'
import { isAsking, isDbosStep } from '../../core/dbos-names.ts'
import { answerCommand, describeQuestion } from '../../core/decide/question-words.ts'
import { renderCommand } from '../../core/words/command-line.ts'
import { isEnded, type Message, type Step, type Wait, type Workflow } from '../../core/workflow.ts'
import { isShownElsewhere } from '../bookkeeping.ts'
import { queueText } from '../manage/queue-text.ts'
import { errorSentence, outcomeSentence } from '../outcome.ts'
import { paintStatus, type Style, statusLabel, statusSymbol } from '../style.ts'
import { escapeName, shortExecutor, shortId } from '../text.ts'
import { formatClock, formatDuration, formatElapsed } from '../time-text.ts'
import { formatValue } from '../value.ts'
import { progressOf, type WatchModel } from './watch-model.ts'

interface ChangeLineOptions {
  readonly style: Style
  /** Several workflows share the log. */
  readonly showId: boolean
  readonly databaseFlags?: readonly string[]
  /** A log keeps whole values up to here. */
  readonly valueWidth?: number
}

/** What happened, as a line of a log; undefined for what another line tells already. */
export function changeLine(change: Change, options: ChangeLineOptions): string | undefined {
  const { style, showId } = options
  const what = describe(change, options)
  if (what === undefined) return undefined
  const id = showId ? ` ${style.accent(shortId(change.workflowId))}` : ''
  return `${style.faint(formatClock(change.at))}${id} ${what}`
}

function describe(
  change: Change,
  { style, valueWidth = 400, databaseFlags }: ChangeLineOptions,
): string | undefined {
  switch (change.type) {
    case 'status':
      return describeStatus(change.workflow, style)
    case 'step':
      return isShownElsewhere(change.step) ? undefined : describeStep(change.step, style)
    case 'event':
      // the wait that follows says it better
      if (isAsking(change.key)) return undefined
      return `event ${style.strong(escapeName(change.key))} = ${formatValue(change.value, valueWidth)}`
    case 'stream':
      return `stream ${style.strong(escapeName(change.key))} ${change.offset}: ${formatValue(change.value, valueWidth)}`
    case 'stream-closed':
      return `stream ${style.strong(escapeName(change.key))} closed`
    case 'message':
      return describeMessage(change.message, style, valueWidth)
    case 'waits':
      return change.waits.length === 0
        ? undefined
        : change.waits.map((wait) => describeWait(wait, change.at, style, databaseFlags)).join('; ')
    case 'child':
      return `started child ${style.strong(escapeName(change.name))} ${escapeName(change.childId)}`
  }
}

function describeStatus(workflow: Workflow, style: Style): string {
  const { status, name, executorId, queue, recoveryAttempts } = workflow
  if (isEnded(status)) {
    const sentence = outcomeSentence(workflow)
    return `${paintStatus(statusSymbol(status), status, style)} ${sentence}`
  }
  const place =
    status === 'PENDING'
      ? executorId && `on ${shortExecutor(executorId)}`
      : queue && `on queue ${queueText(queue)}`
  const recovered = recoveryAttempts > 1 ? `(recovered ${recoveryAttempts - 1}×)` : ''
  return [statusLabel(status, style), style.strong(escapeName(name)), place, recovered]
    .filter(Boolean)
    .join(' ')
}

function describeStep({ step, name, startedAt, completedAt, error }: Step, style: Style): string {
  const took =
    startedAt && completedAt ? ` ${formatDuration(completedAt.getTime() - startedAt.getTime())}` : ''
  const label = isDbosStep(name) ? style.faint(escapeName(name)) : style.strong(escapeName(name))
  return error
    ? `${style.bad('✗')} step ${step} ${label}${took}: ${errorSentence(error)}`
    : `step ${step} ${label}${style.faint(took)}`
}

function describeMessage(
  { topic, message, read, readByStep }: Message,
  style: Style,
  valueWidth: number,
): string {
  const where = topic === null ? 'message' : `message on topic ${style.strong(escapeName(topic))}`
  if (read) return `${where} read${readByStep === null ? '' : ` by step ${readByStep}`}`
  return `${where}: ${formatValue(message, valueWidth)}`
}

function describeWait(wait: Wait, at: Date, style: Style, databaseFlags?: readonly string[]): string {
  const question = describeQuestion(wait)
  const left = wait.until ? ` (${formatElapsed(wait.until.getTime() - at.getTime())} left)` : ''
  if (wait.state === 'answered') return `${question}: answered, not read yet`
  return `${style.warning('waits')} ${question}${left}: ${style.command(renderCommand(answerCommand(wait), databaseFlags))}`
}

/** Says that it is alive: what goes on, how far it is, and how many answers it needs. */
export function heartbeatLine(
  model: WatchModel,
  { style, now }: { readonly style: Style; readonly now: Date },
): string {
  const active = [...model.workflows.values()].filter(({ summary }) => summary && !isEnded(summary.status))
  const parts = active.slice(0, 3).map((workflow) => {
    const { workflowId, summary, waits } = workflow
    const elapsed = summary ? formatElapsed(now.getTime() - summary.createdAt.getTime()) : ''
    const progress = progressOf(workflow)
    return [
      shortId(workflowId),
      summary?.status,
      elapsed,
      progress === undefined ? '' : `${Math.floor(progress * 100)}%`,
      waits.length === 0 ? '' : `waits for ${waits.length === 1 ? 'an answer' : `${waits.length} answers`}`,
    ]
      .filter(Boolean)
      .join(' ')
  })
  const more = active.length > parts.length ? ` and ${active.length - parts.length} more` : ''
  return `${style.faint(formatClock(now))} still active: ${parts.join('; ') || 'nothing'}${more}`
}
