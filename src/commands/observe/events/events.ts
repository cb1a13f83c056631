import { Command, Option } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { command } from '../../../core/words/command-line.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { isEnded } from '../../../core/workflow.ts'
import { orPicked } from '../../../frame/cockpit/pick-workflow.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { withStore } from '../../../frame/with-store.ts'
import { findWorkflow } from '../../../frame/workflow-ids.ts'
import { eventColumns } from '../../../render/columns/event-columns.ts'
import { toEventJson } from '../../../render/to-json.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { followEvents } from './follow-events.ts'
import { describeMissing, eventNotFound } from './missing-event.ts'
import { printEvent } from './print-event.ts'
import { waitForEvent } from './wait-for-event.ts'

interface EventsFlags extends DatabaseFlags, OutputFlags {
  readonly rawString: boolean
  readonly wait: boolean
  readonly follow: boolean
  readonly timeout?: string
}

export function eventsCommand(context: Context): Command {
  const command = new Command('events')
    .summary('show the events that a workflow published')
    .description(
      'Show the latest value of each event of a workflow, or the value of one; with --follow every value from the first one on.',
    )
    .argument(
      '[id]',
      'an id, the first 8 characters or more of a UUID, or @last; without one on a terminal: pick it',
    )
    .argument('[key]', 'print the value of this event as JSON')
    .option('--wait', 'wait until the event is published', false)
    .addOption(
      new Option('-f, --follow', 'every change, one a line, until the workflow ends')
        .default(false)
        .conflicts('wait'),
    )
    .option('--timeout <duration>', 'with --wait or --follow: stop after this long (exit 124)')
    .option('-r, --raw-string', 'print a string without quotes')
    .action(async (typed: string | undefined, key: string | undefined, _, command: Command) => {
      const [id = ''] = await orPicked(context, command, typed === undefined ? [] : [typed])
      await runEvents(context, id, key, command.optsWithGlobals<EventsFlags>())
    })
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runEvents(
  context: Context,
  id: string,
  key: string | undefined,
  flags: EventsFlags,
): Promise<void> {
  refuseContradictions(flags, id, key)
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  await withStore(
    context,
    flags,
    async (store) => {
      const workflow = await findWorkflow(context, store, id)
      const events = await store.events(workflow.workflowId)
      const isComing = (flags.wait || flags.follow) && !isEnded(workflow.status)
      const warning = isComing && key !== undefined && describeMissing(workflow, events, key)
      if (warning) printNotice(context, warning)
      if (flags.follow) return followEvents(context, store, workflow, { key, timeoutMs, ...flags })
      const event = events.find((candidate) => candidate.key === key)
      if (event) return printEvent(context, flags, event)
      if (key === undefined) {
        return printRows(context, flags, {
          rows: events,
          columns: eventColumns,
          toJson: toEventJson,
          toId: (event) => event.key,
          empty: `${workflow.workflowId} has published no event yet.`,
        })
      }
      if (!flags.wait) throw eventNotFound(workflow, events, key)
      return waitForEvent(context, store, workflow, { key, timeoutMs, ...flags })
    },
    { isFollowed: flags.follow || flags.wait, isReading: !flags.follow && !flags.wait, timeoutMs },
  )
}

function refuseContradictions(
  { wait, follow, output, timeout }: EventsFlags,
  id: string,
  key: string | undefined,
): void {
  if (timeout !== undefined && !wait && !follow) {
    throw new CliError('usage', '--timeout needs --wait or --follow.', {
      hint: 'add one of them, or leave out --timeout',
    })
  }
  if (wait && key === undefined) {
    throw new CliError('usage', '--wait needs an event key.', {
      hint: command('events', [id, 'KEY'], { '--wait': true }),
    })
  }
  if (follow && output === 'json') {
    throw new CliError('usage', '-o json cannot be used with --follow.', { hint: 'use -o jsonl' })
  }
}
