import type { Context } from '../../context.ts'
import { requireSameCall } from '../../core/run/start-or-attach.ts'
import type { JsonValue, Workflow } from '../../core/workflow.ts'
import { printNotice } from '../../frame/print-notice.ts'

/** Says that what runs already is attached to, where it is the same call. Throws `id-in-use` else. */
export function attachOrRefuse(
  context: Pick<Context, 'terminal'>,
  existing: Workflow,
  name: string,
  input: JsonValue,
): void {
  requireSameCall(existing, name, input)
  noteAttached(context, existing)
}

export function noteAttached(context: Pick<Context, 'terminal'>, { workflowId, status }: Workflow): void {
  printNotice(context, `${workflowId} is ${status} already, with the same arguments: attached to it.`)
}
