import { randomUUID } from 'node:crypto'
import {
  chooseVersion,
  lastQueueOf,
  onlyLiveApplication,
  onlyRegisteredApplication,
  requireApplication,
} from '../core/identity.ts'
import { startOrAttach } from '../core/start-or-attach.ts'
import type { Store } from '../core/store.ts'
import { internalQueue, type JsonValue } from '../core/workflow.ts'
import { findOrigins } from '../core/workflow-name.ts'
import type { Settings } from '../settings/settings.ts'

/** What is not given is filled in from how this name ran before, as `drover start` does. */
export interface StartOptions {
  readonly workflowId?: string
  readonly queue?: string
  readonly application?: string
  readonly version?: string
  /** There before it starts, and sent once to what is attached to. */
  readonly messages?: readonly { readonly topic?: string | null; readonly message: JsonValue }[]
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
    ...options
  }: StartOptions,
): Promise<string> {
  const { name, className, origins } = await findOrigins(store, typed, undefined)
  const [latest] = origins
  const executors = await store.executors()
  const application = requireApplication([
    options.application,
    settings.application?.value,
    latest?.application,
    onlyLiveApplication(executors),
    onlyRegisteredApplication(await store.versions()),
  ])
  const request = {
    name,
    className: className ?? latest?.className ?? undefined,
    configName: latest?.configName ?? undefined,
    workflowId,
    args,
    queue: queue ?? lastQueueOf(origins) ?? ((await store.hasQueue('drover')) ? 'drover' : internalQueue),
    application,
    version: chooseVersion({ env }, { store, application, flag: options.version, executors }),
    ...(messages && { messages: messages.map(({ topic = null, message }) => ({ topic, message })) }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  }
  return (await startOrAttach(store, request, ifExists)).workflowId
}
