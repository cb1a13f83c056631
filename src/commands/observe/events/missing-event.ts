import { CliError } from '../../../core/errors.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { nearest } from '../../../core/words/nearest.ts'
import { isEnded, type Workflow, type WorkflowEvent } from '../../../core/workflow.ts'

/** Not published yet is one answer, ended without it another: only the first is worth a second try. */
export function eventNotFound(
  { workflowId, status }: Workflow,
  events: readonly WorkflowEvent[],
  key: string,
): CliError {
  const keys = events.map((event) => event.key)
  const meant = nearest(key, keys)
  if (!isEnded(status)) {
    const waitHint =
      status === 'PENDING'
        ? phrase`wait for it: ${command('events', [workflowId, key], { '--wait': true })}`
        : phrase`it is ${status}: ${command('explain', [workflowId])}`
    return new CliError('event-not-found', `${workflowId} has not published an event "${key}" yet.`, {
      hint: meant ? phrase`did you mean: ${command('events', [workflowId, meant])}` : waitHint,
    })
  }
  const others =
    keys.length > 0
      ? phrase`it published: ${keys.join(', ')}`
      : phrase`it published none: ${command('get', [workflowId])}`
  return new CliError('event-never-published', `${workflowId} ended ${status} without an event "${key}".`, {
    hint: meant ? phrase`did you mean: ${command('events', [workflowId, meant])}` : others,
  })
}

/** A mistyped key would be waited for in silence: says which there are. Undefined while there are none. */
export function describeMissing(
  { workflowId }: Workflow,
  events: readonly WorkflowEvent[],
  wanted: string,
): string | undefined {
  const keys = events.map(({ key }) => key)
  if (keys.length === 0 || keys.includes(wanted)) return undefined
  const meant = nearest(wanted, keys)
  const others = meant ? `did you mean "${meant}"?` : `it published: ${keys.join(', ')}.`
  return `warning: ${workflowId} has no event "${wanted}" yet; ${others}`
}
