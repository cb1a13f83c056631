import { CliError } from '../errors.ts'
import type { Store } from '../store.ts'
import { command } from '../words/command-line.ts'
import { timeoutSignal } from '../words/long-timer.ts'
import { isEnded, type JsonValue } from '../workflow.ts'
import { parseCondition } from './condition.ts'
import { endedBadly, endedWithout, hasFailed, Waiting } from './waiting.ts'

export interface WaitOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

/** As `drover wait --for` waits, with an error for each exit code. */
export async function waitFor(
  store: Store,
  workflowId: string,
  text: string,
  { signal, timeoutMs }: WaitOptions,
): Promise<JsonValue> {
  const waiting = await Waiting.begin(store, [workflowId], [parseCondition(text)])
  const timeout = timeoutMs === undefined ? undefined : timeoutSignal(timeoutMs)
  const signals = [signal, timeout].filter((one) => one !== undefined)
  const options = { signal: AbortSignal.any(signals), cursors: false, ...waiting.following }
  for await (const change of store.follow([workflowId], options)) {
    waiting.take(change)
    const workflow = change.type === 'status' ? change.workflow : undefined
    for (const expectation of waiting.expected) {
      if (workflow && hasFailed(expectation, workflow)) throw endedBadly(workflow)
      if (expectation.isMet) return expectation.value
      if (workflow && isEnded(workflow.status)) throw endedWithout(expectation, workflow)
    }
  }
  if (timeout?.aborted) {
    throw new CliError('timed-out', `${workflowId} has not met ${text} within ${timeoutMs} ms.`)
  }
  if (signal?.aborted) throw new CliError('interrupted', `The wait for ${workflowId} was aborted.`)
  throw new CliError('workflow-not-found', `${workflowId} was deleted.`, { hint: command('list') })
}
