import { randomUUID } from 'node:crypto'
import {
  chooseVersion,
  lastQueueOf,
  onlyLiveApplication,
  onlyRegisteredApplication,
  requireApplication,
} from '../core/run/identity.ts'
import { applicationOf, findRegistrations, ownerOf } from '../core/run/registrations.ts'
import { asItLastRan, portableArguments, startOrAttach } from '../core/run/start-or-attach.ts'
import { findOrigins } from '../core/run/workflow-name.ts'
import type { Store } from '../core/store.ts'
import { internalQueue, type JsonValue } from '../core/workflow.ts'
import type { Settings } from '../settings/settings.ts'

/** What is not given is filled in from how this name ran before, as `drover start` does. */
export interface StartOptions {
  readonly workflowId?: string
  readonly queue?: string
  readonly application?: string
  readonly version?: string
  /** There before it starts, and sent once to what is attached to. */
  readonly messages?: readonly { readonly topic?: string | null; readonly message: JsonValue }[]
  /** Write arguments as portable JSON, for a worker in any language; by itself where the name last ran so. */
  readonly portable?: boolean
  /** On a queue only one active workflow may have it. */
  readonly deduplicationId?: string
  /** Where one has the deduplication id already: throw `duplicate`, or resolve to its id. `reject` by default. */
  readonly ifExists?: 'reject' | 'attach'
}

interface Place {
  readonly store: Store
  readonly settings: Pick<Settings, 'application'>
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function enqueue(
  { store, settings, env }: Place,
  typed: string,
  args: readonly JsonValue[],
  {
    workflowId = randomUUID(),
    queue,
    messages,
    deduplicationId,
    ifExists = 'reject',
    portable,
    ...options
  }: StartOptions,
): Promise<string> {
  const { className, origins, ...found } = await findOrigins(store, typed, undefined)
  const [latest] = origins
  const executors = await store.executors({ ask: latest === undefined })
  const registrations = latest === undefined ? findRegistrations(executors, typed) : []
  const name = registrations[0]?.workflow.name ?? found.name
  const named = options.application ?? settings.application?.value
  const application = requireApplication([
    named ?? latest?.application ?? applicationOf(registrations, name),
    onlyLiveApplication(executors),
    onlyRegisteredApplication(await store.versions()),
  ])
  const own = registrations.filter(({ executor }) => executor.application === application)
  const able = own.length > 0 ? own.map(({ executor }) => executor) : executors
  const owner = own.length > 0 ? ownerOf(own, name, {}) : latest
  const request = {
    name,
    className: className ?? owner?.className ?? undefined,
    configName: owner?.configName ?? undefined,
    workflowId,
    args,
    queue: queue ?? lastQueueOf(origins) ?? ((await store.hasQueue('drover')) ? 'drover' : internalQueue),
    application,
    ...(portable ? portableArguments : await asItLastRan(store, name)),
    version: chooseVersion({ env }, { store, application, flag: options.version, executors: able }),
    ...(messages && { messages: messages.map(({ topic = null, message }) => ({ topic, message })) }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  }
  return (await startOrAttach(store, request, ifExists)).workflowId
}
