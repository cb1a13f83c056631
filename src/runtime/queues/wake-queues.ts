import { droverQueue } from '../../core/dbos-names.ts'
import { monotonicMs, startTimer } from '../../core/words/long-timer.ts'
import { type Executor, hasSharedLimits, isQueueRunner, isQueueState, isTurn } from './queue-runner.ts'
import { droverPollMs } from './register-queues.ts'

/** Anybody who may connect can announce, as often as he likes: a queue is woken no sooner than this after the last time. */
const betweenWakesMs = 50
/** Over as much time the workers of a queue with shared limits spread their looks, as if each polled for itself. */
const spreadMs = 100
/** The queue `drover` is looked at this much later once nothing has come for a while. */
const idleAfterMs = 10_000
const idleDelayMs = 150

interface QueueWaker {
  /** Lets the loop look at this queue soon; nothing happens where it polls none of that name. */
  wake(queue: string): void
  /** Whether `onClaim` is called. */
  hearsClaims(): boolean
  /** Leaves the loop as it was. */
  stop(): void
}

interface WakeOptions {
  /** Work was claimed from some queue. */
  readonly onClaim?: () => void
  /** Of a clock that only goes forward. */
  readonly now?: () => number
  /** From 0 to 1. */
  readonly random?: () => number
}

/**
 * Makes the SDK's own loop look at a queue before its time: it claims by its own rules and within its own lanes. A `runner`
 * that is not as expected is left alone, and polls as before.
 */
export function takeQueueRunner(
  runner: unknown,
  { onClaim = () => {}, now = monotonicMs, random = Math.random }: WakeOptions = {},
): QueueWaker {
  if (!isQueueRunner(runner)) return { wake: () => {}, hearsClaims: () => false, stop: () => {} }
  const { states, scheduleDueQueues } = runner
  const isOwnProperty = Object.hasOwn(runner, 'scheduleDueQueues')
  /** To be looked at in the next turn, or once the look is over that is under way. */
  const due = new Set<string>()
  const timers = new Map<string, () => void>()
  const wokenMs = new Map<string, number>()
  /** How often those were looked at that are being looked at because they were woken. */
  const pollingMsBefore = new Map<string, number>()
  let turn = (): void => {}
  let heard: Executor | undefined
  let hearsClaims = false
  let lastClaimMs = now()
  let delayedTo: number | undefined

  function wake(queue: string): void {
    const state = states.get(queue)
    if (!isQueueState(state) || timers.has(queue)) return
    const restMs = betweenWakesMs - (now() - (wokenMs.get(queue) ?? Number.NEGATIVE_INFINITY))
    const waitMs = Math.max(restMs, hasSharedLimits(state) ? random() * spreadMs : 0)
    if (waitMs <= 0) ring(queue)
    else
      timers.set(
        queue,
        startTimer(() => ring(queue), waitMs, { keepsAlive: false }),
      )
  }

  function ring(queue: string): void {
    timers.delete(queue)
    wokenMs.set(queue, now())
    due.add(queue)
    turn()
  }

  function hearClaimsOf(executor: Executor): void {
    if (executor === heard) return
    heard = executor
    const dispatch = executor.dispatchDequeuedWorkflows
    hearsClaims = typeof dispatch === 'function'
    if (!dispatch) return
    executor.dispatchDequeuedWorkflows = function (workflowIds, ...rest) {
      if (workflowIds?.length > 0) {
        lastClaimMs = now()
        onClaim()
      }
      return dispatch.call(this, workflowIds, ...rest)
    }
  }

  /** Those who were woken together may have refused each other: that is no reason to look less often from now on. */
  function forgetContention(inFlight: ReadonlyMap<string, unknown>): void {
    for (const [queue, pollingMs] of pollingMsBefore) {
      if (inFlight.has(queue)) continue
      pollingMsBefore.delete(queue)
      const state = states.get(queue)
      if (!isQueueState(state) || state.currentPollingMs <= pollingMs) continue
      state.nextPollAt -= state.currentPollingMs - pollingMs
      state.currentPollingMs = pollingMs
    }
  }

  function moveForward(nowMs: number, inFlight: ReadonlyMap<string, unknown>): void {
    for (const queue of due) {
      if (inFlight.has(queue)) continue
      due.delete(queue)
      const state = states.get(queue)
      if (!isQueueState(state)) continue
      pollingMsBefore.set(queue, state.currentPollingMs)
      state.nextPollAt = Math.min(state.nextPollAt, nowMs)
    }
  }

  function lookLessOften(nowMs: number): void {
    const state = states.get(droverQueue)
    if (!hearsClaims || now() - lastClaimMs < idleAfterMs || !isQueueState(state)) return
    // Whoever set another interval means it.
    if (state.currentPollingMs !== droverPollMs) return
    if (state.nextPollAt <= nowMs || state.nextPollAt === delayedTo) return
    state.nextPollAt += idleDelayMs
    delayedTo = state.nextPollAt
  }

  runner.scheduleDueQueues = function (executor, nowMs, lanes, inFlight, wakeLoop) {
    if (isTurn(executor, inFlight, wakeLoop)) {
      turn = wakeLoop
      hearClaimsOf(executor)
      forgetContention(inFlight)
      moveForward(nowMs, inFlight)
      lookLessOften(nowMs)
    }
    scheduleDueQueues.call(this, executor, nowMs, lanes, inFlight, wakeLoop)
  }

  return {
    wake,
    hearsClaims: () => hearsClaims,
    stop: () => {
      for (const stopTimer of timers.values()) stopTimer()
      timers.clear()
      if (isOwnProperty) runner.scheduleDueQueues = scheduleDueQueues
      else Reflect.deleteProperty(runner, 'scheduleDueQueues')
    },
  }
}
