import type { Context } from '../../../context.ts'
import type { WorkflowEvent } from '../../../core/workflow.ts'
import { type OutputFlags, toResultText } from '../../../frame/output-format.ts'
import { toEventJson, toJsonLine, toJsonText } from '../../../render/to-json.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

export interface EventFlags extends DatabaseFlags, OutputFlags {
  readonly rawString: boolean
}

/** The value of one event, or all of it where JSON was asked for. */
export function printEvent(
  { terminal }: Context,
  { output, rawString }: EventFlags,
  event: WorkflowEvent,
): Promise<void> {
  if (output === 'json') return terminal.print(toJsonText(toEventJson(event)))
  if (output === 'jsonl') return terminal.print(toJsonLine(toEventJson(event)))
  return terminal.print(toResultText(terminal.stdout, event.value, rawString))
}
