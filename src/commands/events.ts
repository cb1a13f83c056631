import { Command } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { WorkflowEvent } from '../core/workflow.ts'
import { isEnded, type Workflow } from '../core/workflow.ts'
import { withStore } from '../frame/database.ts'
import { addOutputOptions, type OutputFlags, printRows, toResultText } from '../frame/output-format.ts'
import { findWorkflow } from '../frame/workflow-ids.ts'
import { toEventJson, toJsonLine, toJsonText } from '../render/json.ts'
import { eventColumns } from '../render/workflow-columns.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface EventsFlags extends DatabaseFlags, OutputFlags {
  readonly rawString: boolean
}

export function eventsCommand(context: Context): Command {
  const command = new Command('events')
    .summary('show the events that a workflow published')
    .description('Show the latest value of each event of a workflow, or the value of one.')
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .argument('[key]', 'print the value of this event as JSON')
    .option('-r, --raw-string', 'print a string without quotes')
    .action((id: string, key: string | undefined, _, command: Command) =>
      runEvents(context, id, key, command.optsWithGlobals<EventsFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runEvents(
  context: Context,
  id: string,
  key: string | undefined,
  flags: EventsFlags,
): Promise<void> {
  await withStore(context, flags, async (store) => {
    const workflow = await findWorkflow(context, store, id)
    const events = await store.events(workflow.workflowId)
    if (key !== undefined) return printValue(context, flags, findEvent(workflow, events, key))
    return printRows(context, flags, {
      rows: events,
      columns: eventColumns,
      toJson: toEventJson,
      toId: (event) => event.key,
      empty: `${workflow.workflowId} has published no event yet.`,
    })
  })
}

function printValue({ terminal }: Context, flags: EventsFlags, event: WorkflowEvent): Promise<void> {
  if (flags.output === 'json') return terminal.print(toJsonText(toEventJson(event)))
  if (flags.output === 'jsonl') return terminal.print(toJsonLine(toEventJson(event)))
  return terminal.print(toResultText(terminal.stdout, event.value, flags.rawString))
}

function findEvent(workflow: Workflow, events: readonly WorkflowEvent[], key: string): WorkflowEvent {
  const event = events.find((candidate) => candidate.key === key)
  if (event) return event
  const { workflowId, status } = workflow
  const keys = events.map((candidate) => candidate.key)
  const meant = nearest(key, keys)
  const ending = isEnded(status) ? `, and ended ${status}` : ' yet'
  throw new CliError('event-not-found', `${workflowId} has not published an event "${key}"${ending}.`, {
    hint: hintFor(),
  })

  function hintFor(): string {
    if (meant) return `did you mean: drover events ${workflowId} ${meant}`
    if (!isEnded(status)) return `wait for it: drover wait ${workflowId} --for event:${key}`
    return keys.length > 0
      ? `it published: ${keys.join(', ')}`
      : `it published none: drover get ${workflowId}`
  }
}
