import { Command, Option } from 'commander'
import type { Context } from '../../../context.ts'
import { databaseKey } from '../../../core/database.ts'
import { CliError } from '../../../core/errors.ts'
import type { StartRequest } from '../../../core/run/start.ts'
import { expectedInput, startOrAttach } from '../../../core/run/start-or-attach.ts'
import type { Store } from '../../../core/store.ts'
import { type Assertion, parseAssertions, requireAssertions } from '../../../core/wait/assertion.ts'
import { parseWorkflowArguments } from '../../../core/words/workflow-arguments.ts'
import { refuseModule } from '../../../frame/app/refuse-module.ts'
import { addAssertOption } from '../../../frame/assert-option.ts'
import { follow } from '../../../frame/follow/follow-workflows.ts'
import { noteDetached } from '../../../frame/follow/note-detached.ts'
import { printOutcome } from '../../../frame/follow/print-outcome.ts'
import { readInput } from '../../../frame/input.ts'
import { nonNegativeInteger } from '../../../frame/option-parsers.ts'
import { addOutputOptions, isJsonOutput, printIds, printOne } from '../../../frame/output-format.ts'
import { surroundingsOf, whyQueued } from '../../../frame/print-explanation.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { findStartObstacles, reportObstacles } from '../../../frame/start/preflight.ts'
import { createTimeLimit } from '../../../frame/time-limit.ts'
import { warnOfText } from '../../../frame/warn-of-text.ts'
import { withStore } from '../../../frame/with-store.ts'
import type { Surroundings } from '../../../render/explain/fixes.ts'
import { toJsonText, toWorkflowJson } from '../../../render/to-json.ts'
import type { Settings } from '../../../settings/settings.ts'
import { attachOrRefuse, noteAttached } from '../existing-id.ts'
import type { StartFlags } from './flags.ts'
import { describeRequest, parseOptions, toRequest } from './request.ts'

export function startCommand(context: Context): Command {
  const collect = (value: string, earlier: readonly string[]) => [...earlier, value]
  const command = new Command('start')
    .summary('enqueue a workflow for a worker elsewhere')
    .description(
      'Enqueue a workflow for a worker elsewhere and print its id.\nWhat keeps it from ever being taken is said beforehand; with --strict it is not enqueued then.',
    )
    .argument('<workflow>', 'its registered name, or Class.name')
    .argument('[args...]', 'its arguments: each one JSON if it parses, else a string')
    .option('--id <id>', 'the workflow id (a new UUID by default)')
    .option('--input <source>', 'all arguments as a JSON array: in place, from @FILE, or from stdin (-)')
    .option('--named <json>', 'keyword arguments as a JSON object, for workflows in Python')
    .option(
      '--portable',
      'write arguments as portable JSON, for a worker in any language (by itself where the name last ran so)',
    )
    .option('--queue <name>', 'the queue (else the one on which this name ran last)')
    .option('--class <name>', 'the class (else as this name ran last, or is registered)')
    .option('--instance <name>', 'the configured instance (else as this name ran last, or is registered)')
    .option('--application <name>', 'the application (else as this name ran last, or who registers it)')
    .option('--app-version <version>', 'the version that shall take it (else the one that live workers run)')
    .option('--priority <number>', 'on its queue; 0 is first', nonNegativeInteger)
    .option('--delay <duration>', 'not to be taken before this has passed')
    .option('--workflow-timeout <duration>', 'cancel it so long after it was taken')
    .option('--dedup <id>', 'only one active workflow on the queue may have this deduplication id')
    .addOption(
      new Option('--if-exists <what>', 'with --dedup: where one has it already')
        .choices(['reject', 'attach'])
        .default('reject'),
    )
    .option('--attr <name=value>', 'an attribute of the workflow; JSON if it parses', collect, [])
    .option('--partition <key>', 'of a partitioned queue')
    .option(
      '--send <topic=message>',
      'a message that is there before it starts, or is sent once to what is attached to; JSON if it parses',
      collect,
      [],
    )
    .option(
      '--strict',
      'do not enqueue what no live worker would take, by queue, application and version (exit 9), and by name where workers of drover tell what they register',
      false,
    )
    .option('--dry-run', 'print what would be enqueued, and enqueue nothing', false)
    .option('--wait', 'wait for its end and print the result', false)
    .option('--watch', 'the same, with the live picture on stderr', false)
    .option(
      '--timeout <duration>',
      'with --wait or --watch: stop waiting after this long (exit 124), also for a database, its tables or a first worker',
    )
    .option('-r, --raw-string', 'print a string without quotes', false)
  addAssertOption(command)
  command.action((name: string, args: string[], _, command: Command) =>
    runStart(context, name, args, command.optsWithGlobals<StartFlags>()),
  )
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runStart(
  context: Context,
  name: string,
  typed: readonly string[],
  flags: StartFlags,
): Promise<void> {
  refuseModule(name, typed)
  const input = flags.input === undefined ? undefined : await readInput(context, flags.input)
  const args = parseWorkflowArguments(typed, input)
  warnOfText(context, typed)
  const assertions = await parseAssertions(flags.assert)
  requireWaiting(flags)
  const options = parseOptions(flags)
  const limit = createTimeLimit(context, flags.timeout)
  await withStore(
    context,
    flags,
    async (store, settings) => {
      let described: string | undefined
      const { request, obstacles } = await limit.retry(async () => {
        const planned = await toRequest(context, store, settings, { name, args, flags, options })
        const description = describeRequest(planned.request, store)
        if (description !== described) printNotice(context, description)
        described = description
        const { strict } = flags
        return {
          ...planned,
          obstacles: await findStartObstacles(context, store, settings, { ...planned, strict }),
        }
      })
      reportObstacles(context, obstacles)
      if (flags.dryRun) return printDryRun(context, store, request, flags)
      const workflowId = await enqueue(context, store, request, flags)
      await context.started.remember(databaseKey(store.database), workflowId)
      if (!flags.wait && !flags.watch) return printStarted(context, store, workflowId, flags)
      printNotice(context, workflowId)
      const { pollMs } = obstacles.outlook.queue
      await goOn(context, store, settings, {
        workflowId,
        flags,
        timeoutMs: limit.leftMs(),
        pollMs,
        assertions,
      })
    },
    { limit, isFollowed: flags.wait || flags.watch },
  )
}

/** An assertion that nothing would check is a green build that tested nothing. */
function requireWaiting({ assert, wait, watch, timeout }: StartFlags): void {
  if (wait || watch) return
  if (timeout !== undefined) {
    throw new CliError('usage', '--timeout needs --wait.', {
      hint: 'add --wait; for the workflow itself there is --workflow-timeout',
    })
  }
  if (assert.length === 0) return
  throw new CliError('usage', '--assert needs --wait.', { hint: 'add --wait' })
}

async function printDryRun(
  context: Context,
  store: Store,
  request: StartRequest,
  flags: StartFlags,
): Promise<void> {
  const { workflowId, name } = request
  const existing = await store.get(workflowId)
  if (existing) attachOrRefuse(context, existing, name, expectedInput(request))
  await printOne(context, flags, { json: request, id: workflowId, text: toJsonText(request) })
}

/** Its id, or with JSON the workflow as it is now. */
async function printStarted(
  context: Context,
  store: Store,
  workflowId: string,
  flags: StartFlags,
): Promise<void> {
  if (!isJsonOutput(flags)) return printIds(context.terminal, [workflowId])
  const workflow = await store.get(workflowId)
  await printOne(context, flags, { json: workflow ? toWorkflowJson(workflow) : { workflowId } })
}

/** The id of the workflow: another one's where this was a duplicate and attaching was asked for. */
async function enqueue(
  context: Context,
  store: Store,
  request: StartRequest,
  { ifExists }: StartFlags,
): Promise<string> {
  const { workflowId, attachedTo, sentCount } = await startOrAttach(store, request, ifExists)
  if (!attachedTo) return workflowId
  const { deduplicationId, queue, messages = [] } = request
  if (workflowId === request.workflowId) noteAttached(context, attachedTo)
  else
    printNotice(
      context,
      `The deduplication id ${deduplicationId} on queue ${queue} is held by ${workflowId}: attached to it.`,
    )
  if (sentCount > 0) printNotice(context, `Sent it ${count(sentCount)}.`)
  const before = messages.length - sentCount
  if (before > 0)
    printNotice(context, `It had ${count(before)} of this command already; nothing was sent again.`)
  return workflowId
}

function count(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`
}

interface Following {
  readonly workflowId: string
  readonly flags: StartFlags
  readonly timeoutMs: number | undefined
  readonly pollMs: number
  readonly assertions: readonly Assertion[]
}

/** Waits or watches; what is still enqueued after three polls is explained. */
async function goOn(
  context: Context,
  store: Store,
  settings: Settings,
  { workflowId, flags, timeoutMs, pollMs, assertions }: Following,
): Promise<void> {
  const surroundings: Surroundings = surroundingsOf(context, store, settings)
  const outcome = await follow(context, store, {
    workflowIds: [workflowId],
    workflows: settings.workflows,
    output: context.terminal.stderr,
    format: flags.watch ? 'picture' : 'heartbeat',
    resultFollows: context.terminal.stdout.isTerminal && flags.output === 'table',
    timeoutMs,
    advice: { everyMs: 3 * pollMs, find: () => whyQueued(store, workflowId, surroundings) },
  })
  noteDetached(context, outcome, [workflowId])
  await printOutcome(context, flags, outcome, workflowId, flags.watch)
  const workflow = outcome.workflows.get(workflowId)
  if (workflow?.status === 'SUCCESS') requireAssertions(assertions, workflowId, workflow.output)
}
