import { internalQueue } from '../dbos-names.ts'
import type { LiveExecutor } from '../diagnosis/situation.ts'
import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import { phrase } from '../words/command-line.ts'
import type { JsonValue } from '../workflow.ts'
import {
  chooseVersion,
  lastQueueOf,
  onlyLiveApplication,
  onlyRegisteredApplication,
  requireApplication,
} from './identity.ts'
import { nearestKnownName } from './known-names.ts'
import { applicationOf, findRegistrations, ownerOf, type Registered } from './registrations.ts'
import type { StartRequest, WorkflowOrigin } from './start.ts'
import { asItLastRan } from './start-or-attach.ts'
import { findOrigins } from './workflow-name.ts'

/** What somebody asks to start; all else is filled in. */
export interface StartWish {
  /** The registered name, or `Class.name`. */
  readonly name: string
  readonly args: readonly JsonValue[]
  readonly workflowId: string
  readonly className?: string
  readonly instance?: string
  readonly queue?: string
  readonly application?: string
  readonly version?: string
  /** What of the request stands as it is given. */
  readonly options?: Partial<StartRequest>
}

export interface StartPlace {
  readonly store: Store
  readonly env: Readonly<Record<string, string | undefined>>
  /** The application that the settings name. */
  readonly application: string | undefined
}

export interface StartPlan {
  readonly request: StartRequest
  /** A workflow of this name ran before, or a live worker registers it. */
  readonly isKnown: boolean
}

interface PlanOptions {
  /** Ask live executors what they register also where the name ran before. */
  readonly ask?: boolean
  /** Sees what is known before the application is chosen, and may throw. */
  readonly check?: (facts: {
    readonly application: string | undefined
    readonly executors: readonly LiveExecutor[] | undefined
  }) => void
}

/**
 * Fills in application, class, queue and version: from how this name ran before, or else as who lives registers it. The same for
 * the command line, the library and the gateway. Throws `ambiguous-application`, `ambiguous-version` or `ambiguous-workflow`.
 */
export async function planStart(
  { store, env, application: configured }: StartPlace,
  wish: StartWish,
  { ask = false, check }: PlanOptions = {},
): Promise<StartPlan> {
  const { className, origins, ...found } = await findOrigins(store, wish.name, wish.className)
  const [latest] = origins
  const executors = await store.executors({ ask: ask || latest === undefined })
  const registrations = latest === undefined ? findRegistrations(executors, wish.name) : []
  const name = registrations[0]?.workflow.name ?? found.name
  const named = wish.application ?? configured
  const candidates = [
    named ?? latest?.application ?? applicationOf(registrations, name),
    onlyLiveApplication(executors),
  ]
  if (!latest && !candidates.some(Boolean)) await refuseMistyped(store, name)
  candidates.push(onlyRegisteredApplication(await store.versions()))
  check?.({ application: candidates.find(Boolean) ?? undefined, executors })
  const application = requireApplication(candidates)
  const own = registrations.filter(({ executor }) => executor.application === application)
  const able = own.length > 0 ? own.map(({ executor }) => executor) : executors
  const version = chooseVersion({ env }, { store, application, flag: wish.version, executors: able })
  const queue = wish.queue ?? (await chooseQueue(store, lastQueueOf(origins), own))
  const narrowing = { class: className, instance: wish.instance }
  const owner = own.length > 0 ? ownerOf(own, name, narrowing) : chooseClass(narrowing, latest)
  const { workflowId, args, options } = wish
  const request = {
    name,
    ...owner,
    workflowId,
    args,
    queue,
    application,
    version,
    ...(await asItLastRan(store, name)),
    ...options,
  }
  return { request, isKnown: latest !== undefined || own.length > 0 }
}

/** Where neither a run nor a live worker tells the application, a name that is almost a known one is what is wrong. */
async function refuseMistyped(store: Store, name: string): Promise<void> {
  const meant = await nearestKnownName(store, name)
  if (meant === undefined) return
  throw new CliError('ambiguous-application', `No recent workflow there is named "${name}".`, {
    hint: phrase`did you mean ${meant}? else name its application with --application NAME`,
    isTransient: true,
  })
}

/** The class of the last run, unless another one is named: then its instance is another one, too. */
function chooseClass(
  asked: { readonly class?: string; readonly instance?: string },
  latest: WorkflowOrigin | undefined,
): Pick<StartRequest, 'className' | 'configName'> {
  const className = asked.class ?? latest?.className ?? undefined
  const isSame = className === (latest?.className ?? undefined)
  return { className, configName: asked.instance ?? (isSame ? (latest?.configName ?? undefined) : undefined) }
}

async function chooseQueue(
  store: Store,
  lastUsed: string | undefined,
  registrations: readonly Registered[],
): Promise<string> {
  if (lastUsed) return lastUsed
  const isPolled = ({ executor: { registration } }: Registered) =>
    registration?.queues === 'all' || registration?.queues.includes('drover')
  const isInVain = registrations.length > 0 && !registrations.some(isPolled)
  return !isInVain && (await store.hasQueue('drover')) ? 'drover' : internalQueue
}
