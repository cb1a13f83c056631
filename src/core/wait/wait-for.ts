import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import { command } from '../words/command-line.ts'
import { timeoutSignal } from '../words/long-timer.ts'
import type { JsonValue, Workflow } from '../workflow.ts'
import type { Condition } from './condition.ts'
import type { Expectation } from './expectation.ts'
import { notMetYet, type Settled, settle, Waiting } from './waiting.ts'

export interface WaitOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Throw `waiting-for-input` as soon as it waits for a message itself. */
  readonly failOnInput?: boolean
}

/** Until all of the conditions have been met, as `drover wait` waits for one workflow; with an error for each of its exit codes. */
export async function waitFor(
  store: Pick<Store, 'events' | 'follow' | 'get'>,
  workflowId: string,
  conditions: readonly Condition[],
  { signal, timeoutMs, failOnInput = false }: WaitOptions,
): Promise<JsonValue> {
  const waiting = await Waiting.begin(store, [workflowId], conditions, { failOnInput })
  const expectation = waiting.expected[0] as Expectation
  if (expectation.isMet) return expectation.value
  const timeout = timeoutMs === undefined ? undefined : timeoutSignal(timeoutMs)
  const signals = [signal, timeout].filter((one) => one !== undefined)
  const options = { signal: AbortSignal.any(signals), cursors: false, ...waiting.following }
  let workflow: Workflow | undefined
  const settled = () => settle(expectation, workflow, { failOnInput })
  for await (const change of store.follow([workflowId], options)) {
    expectation.take(change)
    if (change.type === 'status') workflow = change.workflow
    const found = settled()
    if (found) return requireValue(found)
  }
  if (timeout?.aborted) {
    // So little time that nothing was read yet may still be enough for what is there.
    workflow = await lookOnce(store, expectation)
    const found = settled()
    if (found) return requireValue(found)
    throw new CliError('timed-out', notMetYet(expectation))
  }
  if (signal?.aborted) throw new CliError('interrupted', `The wait for ${workflowId} was aborted.`)
  throw new CliError('workflow-not-found', `${workflowId} was deleted.`, { hint: command('list') })
}

function requireValue(settled: Settled): JsonValue {
  if (settled.kind === 'met') return settled.value
  throw settled.error
}

/** What its status and its events tell now; more of it only a follower reads. */
async function lookOnce(
  store: Pick<Store, 'events' | 'get'>,
  expectation: Expectation,
): Promise<Workflow | undefined> {
  const { workflowId, changeTypes, asksForEvents } = expectation
  const workflow = await store.get(workflowId)
  if (!workflow || changeTypes.some((type) => type !== 'status' && type !== 'event')) return undefined
  if (asksForEvents) expectation.begin(await store.events(workflowId))
  expectation.take({ type: 'status', workflowId, workflow, at: new Date(), cursor: '' })
  return workflow
}
