import { CliError } from '../../../core/errors.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { nearest } from '../../../core/words/nearest.ts'
import { isEnded, type StreamKey, type Workflow } from '../../../core/workflow.ts'

/** Throws `stream-not-found` with what was probably meant. */
export function requireStream(
  { workflowId, status }: Workflow,
  streams: readonly StreamKey[],
  key: string,
): void {
  const keys = streams.map((stream) => stream.key)
  if (keys.includes(key)) return
  const meant = nearest(key, keys)
  const look = isEnded(status)
    ? command('get', [workflowId])
    : phrase`${command('explain', [workflowId])}   # where it stands`
  const others = keys.length > 0 ? phrase`it streams: ${keys.join(', ')}` : look
  throw new CliError('stream-not-found', `${workflowId} has no stream "${key}".`, {
    hint: meant ? phrase`did you mean: ${command('stream', [workflowId, meant])}` : others,
  })
}

/** A mistyped key would be waited for in silence: says which there are. Undefined while there are none. */
export function describeMissing(
  { workflowId }: Workflow,
  keys: readonly string[],
  wanted: string,
): string | undefined {
  if (keys.length === 0 || keys.includes(wanted)) return undefined
  const meant = nearest(wanted, keys)
  const others = meant ? `did you mean "${meant}"?` : `it streams: ${keys.join(', ')}.`
  return `warning: ${workflowId} has no stream "${wanted}" yet; ${others}`
}
