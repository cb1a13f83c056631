import { isDbosStep } from '../core/dbos-names.ts'
import type { WorkflowState } from '../core/manage/manage.ts'
import type { RunFromStep } from '../core/manage/resume-point.ts'
import { counted } from './text.ts'

const mostNames = 6

/** What a fork or a rewind keeps, runs again and throws away, before it is done. */
export function fromStepLines(
  verb: 'fork' | 'rewind',
  { workflowId, status }: WorkflowState,
  { fromStep, kept, again, events, messages, children }: RunFromStep,
): string[] {
  const isFork = verb === 'fork'
  const own = again.filter((name) => !isDbosStep(name))
  const named = own.length > 0 ? own : again
  const names = named.slice(0, mostNames).join(', ')
  const more = named.length > mostNames ? ` and ${named.length - mostNames} more` : ''
  const lost = [countOf(events, 'event'), countOf(messages, 'message')].filter((count) => count !== undefined)
  const facts: readonly (readonly [label: string, text: string])[] = [
    ['kept', countOf(kept, 'recorded step') ?? 'nothing'],
    ['again', names + more || 'what comes after the last recorded step'],
    [isFork ? 'not copied' : 'deleted', lost.join(', ')],
    ['children', children.length > 0 ? `${children.join(', ')}: left as they are, and started anew` : ''],
  ]
  return [
    `${workflowId} is ${status}; ${isFork ? 'the copy' : 'it'} goes on from step ${fromStep}:`,
    ...facts.filter(([, text]) => text !== '').map(([label, text]) => `  ${label.padEnd(12)}${text}`),
  ]
}

function countOf(count: number, what: string): string | undefined {
  return count === 0 ? undefined : counted(count, what)
}
