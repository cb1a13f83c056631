import type { Context } from '../../../context.ts'
import type { Store } from '../../../core/store.ts'
import type { Workflow, WorkflowEvent } from '../../../core/workflow.ts'
import { follow, outcomeCode } from '../../../frame/follow/follow-workflows.ts'
import { noteDetached } from '../../../frame/follow/note-detached.ts'
import { hasReaderLeft } from '../../../frame/interrupt.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { createStyle } from '../../../render/style.ts'
import { escapeName } from '../../../render/text.ts'
import { formatClock } from '../../../render/time-text.ts'
import { toEventJson, toJsonLine } from '../../../render/to-json.ts'
import { formatField, formatValue } from '../../../render/value.ts'
import { eventNotFound } from './missing-event.ts'
import type { EventFlags } from './print-event.ts'

interface Followed extends EventFlags {
  readonly key: string | undefined
  readonly timeoutMs: number | undefined
}

/** Prints every change of the events, or of one of them, until the workflow ends. */
export async function followEvents(
  context: Context,
  store: Store,
  workflow: Workflow,
  { key, timeoutMs, ...flags }: Followed,
): Promise<void> {
  const { workflowId } = workflow
  let count = 0
  const outcome = await follow(context, store, {
    workflowIds: [workflowId],
    output: context.terminal.stdout,
    format: 'quiet',
    timeoutMs,
    types: ['status', 'event'],
    onChange: async (change) => {
      if (change.type !== 'event' || (key !== undefined && change.key !== key)) return false
      count += 1
      const { value, at } = change
      await context.terminal.print(toLine(context, flags, { workflowId, key: change.key, value, at }, key))
      return false
    },
  })
  if (hasReaderLeft(context)) return
  const ended = outcome.workflows.get(workflowId)
  if (outcome.reason !== 'ended' || !ended) {
    noteDetached(context, outcome, [workflowId])
    return context.exitWith(outcomeCode(context, outcome, workflowId))
  }
  if (key !== undefined && count === 0) throw eventNotFound(ended, await store.events(workflowId), key)
  printNotice(context, `${count === 1 ? '1 value' : `${count} values`}, ${workflowId} ended ${ended.status}`)
}

/** As `events` prints it, on one line: with the time for a person, with its key where there are several. */
function toLine(
  { terminal: { stdout } }: Context,
  { output, rawString }: EventFlags,
  event: WorkflowEvent,
  key: string | undefined,
): string {
  if (output === 'jsonl') return toJsonLine(toEventJson(event))
  const name = key === undefined ? escapeName(event.key) : ''
  if (stdout.isTerminal) {
    const style = createStyle(stdout.colorLevel)
    const clock = event.at ? style.faint(formatClock(event.at)) : ''
    return [clock, name && style.strong(name), formatValue(event.value)].filter(Boolean).join('  ')
  }
  const value = key === undefined || rawString ? formatField(event.value) : toJsonLine(event.value)
  return name ? `${name}\t${value}` : value
}
