/** The SDK's loop over queues, as far as drover leans on it: the same in SDK 5.0 to 5.3, and promised by none. */
export interface QueueRunner {
  /** By the name of the queue. */
  readonly states: ReadonlyMap<string, QueueState>
  /** Called at each turn of the loop, also after `wake`. `inFlight` has the queues that are being looked at. */
  scheduleDueQueues(
    executor: Executor,
    nowMs: number,
    lanes: number,
    inFlight: ReadonlyMap<string, unknown>,
    wake: () => void,
  ): void
}

export interface QueueState {
  readonly queue: SharedLimits
  /** Contention makes it longer, each calm look shorter again. */
  currentPollingMs: number
  nextPollAt: number
}

/** Limits for all workers together: those that look at the same time refuse each other. */
interface SharedLimits {
  readonly concurrency?: number
  readonly rateLimit?: object
  readonly partitionConcurrency?: number
  readonly partitionRateLimit?: object
}

export interface Executor {
  dispatchDequeuedWorkflows?(workflowIds: readonly string[], ...rest: readonly unknown[]): Promise<void>
}

const parameterCount = 5

export function isQueueRunner(candidate: unknown): candidate is QueueRunner {
  const runner = candidate as Partial<QueueRunner> | null | undefined
  return (
    runner?.states instanceof Map &&
    typeof runner.scheduleDueQueues === 'function' &&
    runner.scheduleDueQueues.length === parameterCount
  )
}

/** What the loop hands to a turn is seen only when it turns. */
export function isTurn(executor: unknown, inFlight: unknown, wake: unknown): boolean {
  return (
    typeof executor === 'object' && executor !== null && inFlight instanceof Map && typeof wake === 'function'
  )
}

export function isQueueState(state: QueueState | undefined): state is QueueState {
  return typeof state?.nextPollAt === 'number' && typeof state.currentPollingMs === 'number'
}

export function hasSharedLimits({ queue }: QueueState): boolean {
  return [queue?.concurrency, queue?.rateLimit, queue?.partitionConcurrency, queue?.partitionRateLimit].some(
    (limit) => limit !== undefined,
  )
}
