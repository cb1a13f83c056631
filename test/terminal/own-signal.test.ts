import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { withOwnSignal } from '../../src/terminal/own-signal.ts'

test('a signal outlives fifty uses of its own signals without a listener', async () => {
  const outer = new AbortController()
  for (let round = 0; round < 50; round += 1) {
    const use = withOwnSignal(outer.signal, async (signal) => {
      signal.addEventListener('abort', () => {})
      expect(getEventListeners(outer.signal, 'abort')).toHaveLength(1)
      if (round % 2 === 0) throw new Error('in the middle')
      return round
    })
    await use.catch((error: unknown) => expect(String(error)).toContain('in the middle'))
  }
  expect(getEventListeners(outer.signal, 'abort')).toEqual([])
})

test('it aborts with the other one, for the same reason, also where that was aborted before', async () => {
  const outer = new AbortController()
  const reason = withOwnSignal(outer.signal, async (signal) => {
    outer.abort('SIGINT')
    return signal.reason
  })
  expect(await reason).toBe('SIGINT')
  expect(await withOwnSignal(outer.signal, async ({ aborted, reason }) => [aborted, reason])).toEqual([
    true,
    'SIGINT',
  ])
  expect(await withOwnSignal(undefined, async ({ aborted }) => aborted)).toBe(false)
})
