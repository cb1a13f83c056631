import { isDeepStrictEqual } from 'node:util'
import { submitMessage, withKeys } from '../decide/submit-message.ts'
import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import { command, phrase } from '../words/command-line.ts'
import { isEnded, type JsonValue, type Workflow } from '../workflow.ts'
import type { StartRequest } from './start.ts'

interface Started {
  /** Of another workflow where one holds the deduplication id. */
  readonly workflowId: string
  /** What it was found as; null where it was started now. */
  readonly attachedTo: Workflow | null
  /** How many of the messages were sent to what was there already: those that were not before. */
  readonly sentCount: number
}

/** Portable JSON is what keyword arguments are written in, also where there are none. */
export const portableArguments: Pick<StartRequest, 'namedArgs'> = { namedArgs: {} }

/** Portable arguments for a name whose last run was of another language, or asked for them. */
export async function asItLastRan(store: Store, name: string): Promise<Pick<StartRequest, 'namedArgs'>> {
  return (await store.lastRanPortable(name)) ? portableArguments : {}
}

/**
 * Starts a workflow, or attaches to one that is the same call: by its id, or where `ifExists` allows it by its deduplication
 * id. The messages reach it either way, each once. Throws `id-in-use`, `duplicate`, or what forbids the message.
 */
export async function startOrAttach(
  store: Store,
  given: StartRequest,
  ifExists: 'reject' | 'attach',
): Promise<Started> {
  const request = given.messages ? { ...given, messages: withKeys(given.messages) } : given
  const { workflowId, deduplicationId, queue } = request
  const outcome = await store.start(request)
  if (outcome === 'started') return { workflowId, attachedTo: null, sentCount: 0 }
  const isDuplicate = outcome !== 'existing'
  const id = isDuplicate ? outcome.duplicateOf : workflowId
  if (isDuplicate && ifExists === 'reject') {
    throw new CliError(
      'duplicate',
      `The deduplication id ${deduplicationId} on queue ${queue} is held by ${id}; nothing was started.`,
      { hint: phrase`${command('explain', [id])}   # or attach to it with --if-exists attach` },
    )
  }
  const existing = await store.get(id)
  if (!existing) {
    throw new CliError('id-in-use', `The id ${id} was in use a moment ago.`, {
      hint: 'type the command again',
    })
  }
  if (!isDuplicate) requireSameCall(existing, request.name, expectedInput(request))
  return { workflowId: id, attachedTo: existing, sentCount: await sendAll(store, id, request) }
}

async function sendAll(store: Store, workflowId: string, request: StartRequest): Promise<number> {
  let sentCount = 0
  for (const message of request.messages ?? []) {
    const portable = request.namedArgs !== undefined
    const outcome = await submitMessage(store, { workflowId, ...message, ...(portable && { portable }) })
    if (outcome === 'sent') sentCount += 1
  }
  return sentCount
}

/**
 * An id that is in use: attaching is right where that workflow is active and is the same call. Throws `id-in-use` else: an
 * old SUCCESS would be a green build that tested nothing.
 */
export function requireSameCall(existing: Workflow, name: string, input: JsonValue): void {
  const { workflowId, status } = existing
  const refuse = (why: string) =>
    new CliError('id-in-use', `The id ${workflowId} is in use: ${why}.`, {
      hint: phrase`${command('get', [workflowId])}   # or choose another --id`,
    })
  if (isEnded(status)) throw refuse(`that workflow ended ${status}`)
  if (existing.name !== name) throw refuse(`that workflow is a ${existing.name}`)
  if (!isDeepStrictEqual(existing.input, input)) throw refuse('that workflow has other arguments')
}

/** As the workflow's row shows it. */
export function expectedInput({ args, namedArgs }: Pick<StartRequest, 'args' | 'namedArgs'>): JsonValue {
  const hasNamed = namedArgs !== undefined && Object.keys(namedArgs).length > 0
  return hasNamed ? { positionalArgs: args, namedArgs } : args
}
