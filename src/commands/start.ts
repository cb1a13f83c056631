import { randomUUID } from 'node:crypto'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { parseDuration } from '../core/duration.ts'
import { CliError } from '../core/errors.ts'
import type { StartRequest, Store } from '../core/store.ts'
import { type Executor, internalQueue, type JsonValue } from '../core/workflow.ts'
import { parseWorkflowArguments } from '../core/workflow-arguments.ts'
import { requireWorkflowId } from '../core/workflow-id.ts'
import { withStore } from '../frame/database.ts'
import { noteDetached } from '../frame/detach.ts'
import { attachOrRefuse } from '../frame/existing-id.ts'
import { follow } from '../frame/follow.ts'
import { chooseVersion, executorsOf, onlyLiveApplication, requireApplication } from '../frame/identity.ts'
import { readInput } from '../frame/input.ts'
import { addOutputOptions } from '../frame/output-format.ts'
import { printOutcome, type ResultFlags } from '../frame/print-outcome.ts'
import { tell } from '../frame/tell.ts'
import type { DatabaseFlags, Settings } from '../settings/settings.ts'

interface StartFlags extends DatabaseFlags, ResultFlags {
  readonly id?: string
  readonly input?: string
  readonly queue?: string
  readonly class?: string
  readonly instance?: string
  readonly application?: string
  readonly appVersion?: string
  readonly wait: boolean
  readonly watch: boolean
  readonly timeout?: string
}

export function startCommand(context: Context): Command {
  const command = new Command('start')
    .summary('enqueue a workflow for a worker elsewhere')
    .description('Enqueue a workflow for a worker elsewhere and print its id.')
    .argument('<workflow>', 'its registered name')
    .argument('[args...]', 'its arguments: each one JSON if it parses, else a string')
    .option('--id <id>', 'the workflow id (a new UUID by default)')
    .option('--input <source>', 'all arguments as a JSON array: in place, from @FILE, or from stdin (-)')
    .option('--queue <name>', 'the queue (else the one on which this name ran last)')
    .option('--class <name>', 'the class (else as this name ran last)')
    .option('--instance <name>', 'the configured instance (else as this name ran last)')
    .option('--application <name>', 'the application (else as this name ran last)')
    .option('--app-version <version>', 'the version that shall take it (else the one that live workers run)')
    .option('--wait', 'wait for its end and print the result', false)
    .option('--watch', 'the same, with the live picture on stderr', false)
    .option('--timeout <duration>', 'with --wait or --watch: stop waiting after this long (exit 124)')
    .option('-r, --raw-string', 'print a string without quotes', false)
    .action((name: string, args: string[], _, command: Command) =>
      runStart(context, name, args, command.optsWithGlobals<StartFlags>()),
    )
  return addOutputOptions(command, ['table', 'json'])
}

async function runStart(
  context: Context,
  name: string,
  typed: readonly string[],
  flags: StartFlags,
): Promise<void> {
  const input = flags.input === undefined ? undefined : await readInput(context, flags.input)
  const args = parseWorkflowArguments(typed, input)
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  await withStore(context, flags, async (store, settings) => {
    const request = await toRequest(context, store, settings, { name, args, flags })
    await enqueue(context, store, request)
    const { workflowId } = request
    await context.started.remember(store.database.label, workflowId)
    const { terminal } = context
    if (!flags.wait && !flags.watch) return terminal.print(workflowId)
    tell({ terminal }, workflowId)
    const outcome = await follow(context, store, {
      workflowIds: [workflowId],
      output: terminal.stderr,
      format: flags.watch ? 'picture' : 'heartbeat',
      timeoutMs,
    })
    noteDetached(context, outcome, [workflowId])
    await printOutcome(context, flags, outcome, workflowId, flags.watch)
  })
}

interface Asked {
  readonly name: string
  readonly args: readonly JsonValue[]
  readonly flags: StartFlags
}

/** Fills in what was not asked for from how this name ran before, and says what was chosen. */
async function toRequest(
  context: Context,
  store: Store,
  settings: Settings,
  { name, args, flags }: Asked,
): Promise<StartRequest> {
  const origins = await store.origins(name)
  const [latest] = origins
  const executors = await store.executors()
  const application = requireApplication([
    flags.application,
    settings.application?.value,
    latest?.application,
    onlyLiveApplication(executors),
  ])
  const version = chooseVersion(context, { store, application, flag: flags.appVersion, executors })
  const queue = flags.queue ?? (await chooseQueue(store, origins.find((origin) => origin.queue)?.queue))
  const { terminal } = context
  tell(
    { terminal },
    `${application}, version ${version ?? '(the latest)'}, queue ${queue}, in ${store.database.label}`,
  )
  if (!latest) tell({ terminal }, `warning: no workflow named "${name}" ever ran there.`)
  warnWithoutWorker(context, executors, application)
  return {
    name,
    className: flags.class ?? latest?.className ?? undefined,
    configName: flags.instance ?? latest?.configName ?? undefined,
    workflowId: flags.id === undefined ? randomUUID() : requireWorkflowId(flags.id),
    args,
    queue,
    application,
    version,
  }
}

async function chooseQueue(store: Store, lastUsed: string | null | undefined): Promise<string> {
  if (lastUsed) return lastUsed
  return (await store.hasQueue('drover')) ? 'drover' : internalQueue
}

function warnWithoutWorker(
  { terminal }: Context,
  executors: readonly Executor[] | undefined,
  application: string,
): void {
  if (executors === undefined || executorsOf(executors, application).length > 0) return
  tell({ terminal }, `warning: no worker of ${application} is live; it stays enqueued until one starts.`)
}

async function enqueue(context: Context, store: Store, request: StartRequest): Promise<void> {
  if ((await store.start(request)) === 'started') return
  const existing = await store.get(request.workflowId)
  if (existing) return attachOrRefuse(context, existing, request.name, request.args)
  throw new CliError('id-in-use', `The id ${request.workflowId} was in use a moment ago.`, {
    hint: 'type the command again',
  })
}
