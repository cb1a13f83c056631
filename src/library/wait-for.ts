import { parseCondition } from '../core/condition.ts'
import { CliError, type ErrorCode } from '../core/errors.ts'
import { timeoutSignal } from '../core/long-timer.ts'
import { shellWord } from '../core/shell-word.ts'
import type { Store } from '../core/store.ts'
import { endedWithout, hasFailed, Waiting } from '../core/waiting.ts'
import { describeError, type EndedStatus, isEnded, type JsonValue, type Workflow } from '../core/workflow.ts'

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
  const options = { signal: AbortSignal.any(signals), ...waiting.following }
  for await (const change of store.follow([workflowId], options)) {
    waiting.take(change)
    const workflow = change.type === 'status' ? change.workflow : undefined
    for (const expectation of waiting.expected) {
      if (workflow && hasFailed(expectation, workflow)) throw failure(workflow)
      if (expectation.isMet) return expectation.value
      if (workflow && isEnded(workflow.status)) throw endedWithout(expectation, workflow)
    }
  }
  if (timeout?.aborted) {
    throw new CliError('timed-out', `${workflowId} has not met ${text} within ${timeoutMs} ms.`)
  }
  if (signal?.aborted) throw new CliError('interrupted', `Nobody waits for ${workflowId} any more.`)
  throw new CliError('workflow-not-found', `${workflowId} was deleted.`, { hint: 'drover list' })
}

const codeByStatus = {
  SUCCESS: 'condition-not-met',
  ERROR: 'workflow-failed',
  CANCELLED: 'workflow-cancelled',
  MAX_RECOVERY_ATTEMPTS_EXCEEDED: 'workflow-dead',
} as const satisfies Record<EndedStatus, ErrorCode>

function failure({ workflowId, status, error }: Workflow): CliError {
  const code = isEnded(status) ? codeByStatus[status] : 'condition-not-met'
  const why = error ? `: ${describeError(error)}` : ''
  return new CliError(code, `${workflowId} ended ${status}${why}.`, {
    hint: `drover explain ${shellWord(workflowId)}`,
  })
}
