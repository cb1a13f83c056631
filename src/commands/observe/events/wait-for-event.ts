import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import type { Store } from '../../../core/store.ts'
import { command } from '../../../core/words/command-line.ts'
import type { Workflow, WorkflowEvent } from '../../../core/workflow.ts'
import { follow, outcomeCode } from '../../../frame/follow/follow-workflows.ts'
import { noteDetached } from '../../../frame/follow/note-detached.ts'
import { type EventFlags, printEvent } from './print-event.ts'

interface Awaited extends EventFlags {
  readonly key: string
  readonly timeoutMs: number | undefined
}

/** Prints the value of an event once it is there. Throws `condition-not-met` when the workflow ends without it. */
export async function waitForEvent(
  context: Context,
  store: Store,
  { workflowId }: Workflow,
  { key, timeoutMs, ...flags }: Awaited,
): Promise<void> {
  let found: WorkflowEvent | undefined
  const outcome = await follow(context, store, {
    workflowIds: [workflowId],
    output: context.terminal.stderr,
    format: 'heartbeat',
    timeoutMs,
    types: ['status', 'event'],
    latestEvents: true,
    onChange: (change) => {
      if (change.type === 'event' && change.key === key) {
        found = { workflowId, key, value: change.value, at: change.at }
      }
      return found !== undefined
    },
  })
  if (found) return printEvent(context, flags, found)
  if (outcome.reason === 'ended') {
    const status = outcome.workflows.get(workflowId)?.status
    throw new CliError('condition-not-met', `${workflowId} ended ${status} without an event "${key}".`, {
      hint: command('events', [workflowId]),
    })
  }
  noteDetached(context, outcome, [workflowId])
  context.exitWith(outcomeCode(context, outcome, workflowId))
}
