import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sleep, startTimer, timeoutSignal } from '../../../src/core/words/long-timer.ts'

const dayMs = 86_400_000

// Nobody can wait for weeks; like Node's own, these timers fire at once when they are longer than 2^31 ms.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a timer of sixty days fires after sixty days, and not before', () => {
  const run = vi.fn()
  startTimer(run, 60 * dayMs)
  vi.advanceTimersByTime(60 * dayMs - 1)
  expect(run).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(run).toHaveBeenCalledOnce()
})

test('a timer that was stopped after its first weeks does not fire', () => {
  const run = vi.fn()
  const stop = startTimer(run, 60 * dayMs)
  vi.advanceTimersByTime(30 * dayMs)
  stop()
  vi.advanceTimersByTime(60 * dayMs)
  expect(run).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})

test('a signal of sixty days aborts after sixty days', () => {
  const signal = timeoutSignal(60 * dayMs)
  vi.advanceTimersByTime(59 * dayMs)
  expect(signal.aborted).toBe(false)
  vi.advanceTimersByTime(dayMs)
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
})

test('a sleep of sixty days ends early, without an error, when its signal aborts', async () => {
  const stop = new AbortController()
  const slept = sleep(60 * dayMs, stop.signal)
  stop.abort()
  await slept
  expect(vi.getTimerCount()).toBe(0)
})

test('a signal that many sleeps listened to has no listeners left', async () => {
  const { signal } = new AbortController()
  for (let round = 0; round < 50; round += 1) {
    const slept = sleep(dayMs, signal)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    vi.advanceTimersByTime(dayMs)
    await slept
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
