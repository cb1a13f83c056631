import { isDeepStrictEqual } from 'node:util'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { shellWord } from '../core/shell-word.ts'
import { isEnded, type JsonValue, type Workflow } from '../core/workflow.ts'
import { tell } from './tell.ts'

/**
 * An id that is in use: attaching is right where that workflow is active and is the same call. Throws `id-in-use` else: an
 * old SUCCESS would be a green build that tested nothing.
 */
export function attachOrRefuse(
  { terminal }: Pick<Context, 'terminal'>,
  existing: Workflow,
  name: string,
  input: JsonValue,
): void {
  const { workflowId, status } = existing
  const refuse = (why: string) =>
    new CliError('id-in-use', `The id ${workflowId} is in use: ${why}.`, {
      hint: `look at it with drover get ${shellWord(workflowId)}, or choose another --id`,
    })
  if (isEnded(status)) throw refuse(`that workflow ended ${status}`)
  if (existing.name !== name) throw refuse(`that workflow is a ${existing.name}`)
  if (!isDeepStrictEqual(existing.input, input)) throw refuse('that workflow has other arguments')
  tell({ terminal }, `${workflowId} is ${status} already, with the same arguments: attached to it.`)
}
