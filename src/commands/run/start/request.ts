import { randomUUID } from 'node:crypto'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { parseAttribute } from '../../../core/manage/workflow-filter.ts'
import {
  chooseVersion,
  lastQueueOf,
  onlyLiveApplication,
  onlyRegisteredApplication,
  requireApplication,
} from '../../../core/run/identity.ts'
import {
  applicationOf,
  findRegistrations,
  ownerOf,
  type Registered,
} from '../../../core/run/registrations.ts'
import type { StartRequest, WorkflowOrigin } from '../../../core/run/start.ts'
import { asItLastRan, portableArguments } from '../../../core/run/start-or-attach.ts'
import { findOrigins, qualifiedName } from '../../../core/run/workflow-name.ts'
import type { Store } from '../../../core/store.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { isJsonObject, parseJson, parseJsonOrString } from '../../../core/words/json.ts'
import { requireWorkflowId } from '../../../core/words/workflow-id.ts'
import { internalQueue, type JsonValue } from '../../../core/workflow.ts'
import type { Settings } from '../../../settings/settings.ts'
import { requireExecutor } from './first-executor.ts'
import type { StartFlags } from './flags.ts'
import { nearestKnownName } from './known-names.ts'

interface Asked {
  readonly name: string
  readonly args: readonly JsonValue[]
  readonly flags: StartFlags
  /** What `parseOptions` made of the flags. */
  readonly options: Partial<StartRequest>
}

export interface PlannedRequest {
  readonly request: StartRequest
  /** A workflow of this name ran before, or a live worker registers it. */
  readonly isKnown: boolean
}

/**
 * Fills in what was not asked for from how this name ran before, or else as who lives registers it. With a time limit what
 * only an executor tells waits for the first one: throws `timed-out` while there is none.
 */
export async function toRequest(
  context: Context,
  store: Store,
  settings: Settings,
  { name: typed, args, flags, options }: Asked,
): Promise<PlannedRequest> {
  const { className, origins, ...found } = await findOrigins(store, typed, flags.class)
  const [latest] = origins
  // What ran before tells all of it, but not whether it still would.
  const executors = await store.executors({ ask: latest === undefined || flags.strict })
  const registrations = latest === undefined ? findRegistrations(executors, typed) : []
  const name = registrations[0]?.workflow.name ?? found.name
  const named = flags.application ?? settings.application?.value
  const candidates = [
    named ?? latest?.application ?? applicationOf(registrations, name),
    onlyLiveApplication(executors),
  ]
  if (!latest && !candidates.some(Boolean)) await refuseMistyped(store, name)
  candidates.push(onlyRegisteredApplication(await store.versions()))
  if (flags.timeout !== undefined) {
    requireExecutor(context, { store, flag: flags.appVersion, executors }, candidates.find(Boolean))
  }
  const application = requireApplication(candidates)
  const own = registrations.filter(({ executor }) => executor.application === application)
  const able = own.length > 0 ? own.map(({ executor }) => executor) : executors
  const version = chooseVersion(context, { store, application, flag: flags.appVersion, executors: able })
  const queue = flags.queue ?? (await chooseQueue(store, lastQueueOf(origins), own))
  const narrowing = { class: className, instance: flags.instance }
  const owner = own.length > 0 ? ownerOf(own, name, narrowing) : chooseClass(narrowing, latest)
  const request = {
    name,
    ...owner,
    workflowId: flags.id === undefined ? randomUUID() : requireWorkflowId(flags.id),
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
  throw new CliError('ambiguous-application', `No workflow named "${name}" ever ran there.`, {
    hint: `did you mean ${meant}? else name its application with --application NAME`,
    isTransient: true,
  })
}

/** The class of the last run, unless another one is named: then its instance is another one, too. */
function chooseClass(
  flags: Pick<StartFlags, 'class' | 'instance'>,
  latest: WorkflowOrigin | undefined,
): Pick<StartRequest, 'className' | 'configName'> {
  const className = flags.class ?? latest?.className ?? undefined
  const isSame = className === (latest?.className ?? undefined)
  return { className, configName: flags.instance ?? (isSame ? (latest?.configName ?? undefined) : undefined) }
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

/** What was chosen, as one line. */
export function describeRequest(request: StartRequest, store: Store): string {
  const { className, configName, application, version, queue, name } = request
  const owner =
    className === undefined
      ? ''
      : `${qualifiedName(className, name)}${configName ? ` of ${configName}` : ''}, `
  return `${owner}${application}, version ${version ?? '(the latest)'}, queue ${queue}, in ${store.database.label}`
}

/** Of the flags what is the request's as it stands. Throws `invalid-argument`. */
export function parseOptions(flags: StartFlags): Partial<StartRequest> {
  const { priority, delay, workflowTimeout, dedup, attr, partition, named, portable, send } = flags
  const messages = send.map(parseMessage)
  return {
    ...(priority !== undefined && { priority }),
    ...(delay !== undefined && { delayMs: parseDuration(delay) }),
    ...(workflowTimeout !== undefined && { timeoutMs: parseDuration(workflowTimeout) }),
    ...(dedup !== undefined && { deduplicationId: dedup }),
    ...(attr.length > 0 && { attributes: Object.fromEntries(attr.map(parseAttribute)) }),
    ...(partition !== undefined && { partition }),
    ...(portable && portableArguments),
    ...(named !== undefined && { namedArgs: parseNamed(named) }),
    ...(messages.length > 0 && { messages }),
  }
}

function parseNamed(text: string): Readonly<Record<string, JsonValue>> {
  const value = parseJson(text, 'the --named')
  if (isJsonObject(value)) return value
  throw new CliError('invalid-argument', 'The --named is not a JSON object.', {
    hint: `--named '{"amount": 300}'`,
  })
}

/** `TOPIC=MESSAGE`; without a topic, `=MESSAGE`. */
function parseMessage(text: string): { readonly topic: string | null; readonly message: JsonValue } {
  const [, topic, message] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (topic !== undefined && message !== undefined) {
    return { topic: topic === '' ? null : topic, message: parseJsonOrString(message) }
  }
  throw new CliError('invalid-argument', `"${text}" is not a topic and a message.`, {
    hint: `--send approval='{"approved": true}'`,
  })
}
