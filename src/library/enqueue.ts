import { randomUUID } from 'node:crypto'
import { planStart } from '../core/run/plan-start.ts'
import { portableArguments, startOrAttach } from '../core/run/start-or-attach.ts'
import type { Store } from '../core/store.ts'
import type { JsonValue } from '../core/workflow.ts'
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
  name: string,
  args: readonly JsonValue[],
  {
    workflowId = randomUUID(),
    messages,
    deduplicationId,
    ifExists = 'reject',
    portable,
    ...chosen
  }: StartOptions,
): Promise<string> {
  const options = {
    ...(portable && portableArguments),
    ...(messages && { messages: messages.map(({ topic = null, message }) => ({ topic, message })) }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  }
  const place = { store, env, application: settings.application?.value }
  const { request } = await planStart(place, { name, args, workflowId, ...chosen, options })
  return (await startOrAttach(store, request, ifExists)).workflowId
}
