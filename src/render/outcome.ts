import {
  describeError,
  isEnded,
  type Workflow,
  type WorkflowError,
  type WorkflowSummary,
} from '../core/workflow.ts'
import { escapeControls, escapeName, truncate } from './text.ts'
import { elapsedOf } from './time-text.ts'
import { formatValue } from './value.ts'

/** Enough of a result for a sentence; the whole of it is what `drover result` is for. */
const maxWidth = 400

/** One sentence: `eventsWorkflow ended SUCCESS after 1.3s: {totalSteps: 5}`. Only what goes on needs `now`. */
export function outcomeSentence(workflow: Workflow, now?: Date): string {
  const { name, status, output, error } = workflow
  if (!isEnded(status)) {
    return `${escapeName(name)} is ${status}${now ? ` for ${elapsedOf(workflow, now)}` : ''}`
  }
  const sentence = endSentence(workflow)
  if (status === 'SUCCESS') return truncate(`${sentence}: ${formatValue(output, maxWidth)}`, maxWidth)
  return truncate(error ? `${sentence}: ${errorSentence(error)}` : sentence, maxWidth)
}

/** `eventsWorkflow ended SUCCESS after 1.3s`: with its result where somebody else tells that. */
export function endSentence(workflow: WorkflowSummary): string {
  const { name, status, completedAt } = workflow
  const duration = completedAt ? ` after ${elapsedOf(workflow, completedAt)}` : ''
  return `${escapeName(name)} ended ${status}${duration}`
}

/** `TypeError: x is not a function`, on one line. */
export function errorSentence(error: WorkflowError): string {
  return escapeControls(describeError(error))
}
