import type { Context } from '../../context.ts'
import type { DatabaseTarget } from '../../core/database.ts'
import { internalQueue, isOwnExecutor } from '../../core/dbos-names.ts'
import { eligibleExecutors } from '../../core/diagnosis/eligible-executors.ts'
import { CliError } from '../../core/errors.ts'
import { requireWritable } from '../../core/profile/profile.ts'
import { devVersion, requireApplication, versionToLaunch } from '../../core/run/identity.ts'
import type {
  App,
  HandedOver,
  LaunchOptions,
  NewQueue,
  Runtime,
  UnknownWorkflow,
  WantedWorkflow,
} from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { command, type Phrase, phrase, renderPhrase } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { workerCommand } from '../../render/explain/fixes.ts'
import { shortExecutor } from '../../render/text.ts'
import type { Settings } from '../../settings/settings.ts'
import { surroundingsOf } from '../print-explanation.ts'
import { printNotice } from '../print-notice.ts'
import type { LentStore } from '../profile/change-guard.ts'
import { noteLatest } from './note-latest.ts'

/** The flags of the commands that run a DBOS runtime in this process. */
export interface AppFlags {
  readonly app?: string
  readonly application?: string
  readonly appVersion?: string
  readonly queues?: string
  readonly launchTimeout: string
  readonly join: boolean
}

export interface Launch {
  readonly store: LentStore
  readonly settings: Settings
  readonly target: DatabaseTarget
  readonly app: App
  readonly flags: Omit<AppFlags, 'app'>
  readonly keepHandingOver: boolean
  readonly createQueue?: NewQueue
  /** Of a line of DBOS: it tells what drover itself did to a workflow. */
  readonly isExpected?: (line: string) => boolean
}

/** The module that the user named, imported. Throws `usage` when none is named anywhere. */
export async function loadApp(
  context: Context,
  flags: AppFlags,
  settings: Settings,
  wanted?: WantedWorkflow,
): Promise<App> {
  const launchTimeoutMs = parseDuration(flags.launchTimeout)
  return context.loadApp(requireModule(flags, settings), {
    wanted,
    launchTimeoutMs,
    signal: context.interrupts.signal,
    onNotice: (line) => printNotice(context, line),
  })
}

/** What names the application. Throws `usage` when nothing does, and `read-only` where none may run. */
export function requireModule(flags: Pick<AppFlags, 'app'>, settings: Settings): string {
  requireWritable(settings.profile, { what: 'Run workflows' })
  const specifier = flags.app ?? settings.app?.value
  if (specifier !== undefined) return specifier
  throw new CliError('usage', 'No application is named.', {
    hint: 'add --app ./your-module.ts, or try the built-in one: --app drover:demo',
  })
}

/** Launches the application in this process, as what it is in that database. Throws `foreign-workers`. */
export async function launchApp(
  context: Context,
  { store, settings, target, app, flags, keepHandingOver, createQueue, isExpected }: Launch,
): Promise<Runtime> {
  const application = requireApplication([
    flags.application,
    app.configuredName,
    settings.application?.value,
    app.packageName,
  ])
  await store.guard?.permit({ what: `Run workflows of ${application} in this process`, isOne: false })
  const executors = await store.executors()
  const { own } = store.database
  if (!own && !flags.join) refuseForeignWorkers(application, executors)
  const version = versionToLaunch(context, {
    store,
    application,
    flag: flags.appVersion,
    configured: app.configuredVersion,
    isReloaded: context.reloaded !== undefined,
  })
  const queues = toQueues(flags.queues, own)
  const isPolled = ({ queue }: HandedOver) =>
    queues === 'all' || [internalQueue, createQueue?.name, ...queues].includes(queue)
  const elsewhere = (queue: string) =>
    workerCommand(
      { workflow: { application, queue, version: version ?? null }, executors },
      { ...surroundingsOf(context, store, settings), app: app.specifier },
      { poll: true },
    )
  void context.reloaded?.report('launching')
  const runtime = await app.launch({
    database: target,
    own,
    application,
    version,
    executorId: context.reloaded?.order.executorId,
    queues,
    createQueue,
    keepHandingOver,
    onLog: logTo(context, isExpected),
    onNotice: (notice) => printNotice(context, notice),
    onHandOver: (workflows) => {
      noteTakenOver(context, workflows.filter(isPolled))
      noteElsewhere(
        context,
        workflows.filter((one) => !isPolled(one)),
        elsewhere,
      )
    },
    onUnknown: (workflows) => noteUnknown(context, app, workflows),
  })
  if (queues !== 'all') await noteMissingQueues(context, store, application, queues)
  return runtime
}

/** A queue that is registered later is polled from then on. */
async function noteMissingQueues(
  context: Context,
  store: Store,
  application: string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    if (await store.hasQueue(name)) continue
    printNotice(
      context,
      `warning: No queue "${name}" is registered there; nothing comes from it until one is.`,
    )
    printNotice(context, phrase`hint: ${command('queues create', [name], { '--application': application })}`)
  }
}

function noteTakenOver(context: Context, workflows: readonly HandedOver[]): void {
  const ids = workflows.map(({ workflowId }) => workflowId)
  if (ids.length > 0)
    printNotice(context, `Taken over from ${whoLeft(workflows)} that are gone: ${ids.join(', ')}`)
}

function whoLeft(workflows: readonly HandedOver[]): string {
  const isOurs = workflows.every(({ executorId }) => isOwnExecutor(executorId))
  return isOurs ? 'drover processes' : 'executors'
}

/** They keep their queue, whose limits hold them; another process has to take them there. */
function noteElsewhere(
  context: Context,
  workflows: readonly HandedOver[],
  workerFor: (queue: string) => Phrase,
): void {
  const queues = [...new Set(workflows.map(({ queue }) => queue))]
  for (const queue of queues) {
    const left = workflows.filter((one) => one.queue === queue)
    const ids = left.map(({ workflowId }) => workflowId)
    const who = whoLeft(left)
    printNotice(
      context,
      `${who.charAt(0).toUpperCase()}${who.slice(1)} that are gone left ${ids.join(', ')}: put back on queue ${queue}, which this process does not poll.`,
    )
  }
  if (queues.length > 0) printNotice(context, phrase`hint: ${workerFor(queues.join(','))}`)
}

/** Workflows that only an executor with another module can run; in the words of DBOS, which `explain` tells to look for. */
function noteUnknown(context: Context, { specifier }: App, workflows: readonly UnknownWorkflow[]): void {
  for (const name of new Set(workflows.map((workflow) => workflow.name))) {
    const ids = workflows.filter((workflow) => workflow.name === name).map(({ workflowId }) => workflowId)
    printNotice(
      context,
      `warning: Cannot find workflow function "${name}" of ${ids.join(', ')}: ${specifier} does not register it, and no other drover process does.`,
    )
  }
  printNotice(context, 'hint: start a worker whose --app registers it, beside this one or instead of it')
}

/** Says as what this process runs, and where. */
export async function noteRuntime(context: Context, store: Store, runtime: Runtime): Promise<void> {
  const { application, version, executorId } = runtime
  const identity = version === devVersion(application) ? version : `${application}, version ${version},`
  printNotice(context, `${identity} in ${store.database.label}, as ${shortExecutor(executorId)}`)
  if (!store.database.own) await noteLatest(context, store, runtime)
}

/** A laptop must not become a production worker by accident. */
function refuseForeignWorkers(application: string, executors: Awaited<ReturnType<Store['executors']>>): void {
  const hint = phrase`enqueue for them with ${command('start', ['WORKFLOW'])}, or run beside them with --join`
  if (executors === undefined) {
    throw new CliError(
      'foreign-workers',
      `Whether other executors of ${application} live there cannot be seen with this role.`,
      { hint },
    )
  }
  const foreign = eligibleExecutors(executors, { application, version: null }).filter(
    ({ executorId }) => !isOwnExecutor(executorId),
  )
  if (foreign.length === 0) return
  const names = foreign.map(({ executorId }) => executorId).join(', ')
  throw new CliError('foreign-workers', `Other executors of ${application} live there: ${names}.`, { hint })
}

function toQueues(flag: string | undefined, own: boolean): LaunchOptions['queues'] {
  if (flag === undefined) return own ? 'all' : []
  return flag === 'all' ? 'all' : flag.split(',').filter((name) => name !== '')
}

/** What drover says in its own words when it leaves. */
const saidBetter = /^Shutting down while|^Current version '.*' is not the latest version/s

/** DBOS's own lines: what matters always and once, the rest for `DEBUG=drover`. */
function logTo(
  { terminal, env, databaseFlags }: Context,
  isExpected: Launch['isExpected'],
): LaunchOptions['onLog'] {
  const isVerbose = env.DEBUG?.split(',').includes('drover') ?? false
  let last = ''
  return (level, given) => {
    const line = renderPhrase(given, databaseFlags)
    const isNews = line !== last && !saidBetter.test(line) && !isExpected?.(line)
    const isWorthIt = (level === 'warn' || level === 'error') && isNews
    if (isVerbose || isWorthIt) printNotice({ terminal }, `dbos ${level}: ${line}`)
    last = line
  }
}
