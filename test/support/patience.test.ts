import { expect, test, vi } from 'vitest'
import { untilItEnds } from './feed.ts'
import { patience } from './patience.ts'
import { waitUntil } from './wait-until.ts'

/** In an environment of its own, which ends with `use`. */
async function withFactor<Result>(factor: string, use: () => Result): Promise<Awaited<Result>> {
  vi.stubEnv('TEST_PATIENCE', factor)
  try {
    return await use()
  } finally {
    vi.unstubAllEnvs()
  }
}

test('a limit is a minute at least, whatever is asked for', async () => {
  expect(await withFactor('', () => [patience(), patience(5), patience(90_000)])).toEqual([
    60_000, 60_000, 90_000,
  ])
})

test('TEST_PATIENCE makes every limit so many times as long', async () => {
  expect(await withFactor('2.5', () => [patience(5), patience(100_000)])).toEqual([150_000, 250_000])
})

test.each(['0', '-1', 'long', 'Infinity'])('a TEST_PATIENCE of %s is refused', async (factor) => {
  await expect(withFactor(factor, () => patience())).rejects.toThrow(`not "${factor}"`)
})

test('what was waited for in vain is said', async () => {
  await expect(withFactor('0.0005', () => waitUntil('it rains', () => false))).rejects.toThrow(
    'timed out: waited 30 ms in vain until it rains',
  )
})

test('a feed that does not end is no feed that ended', async () => {
  async function* untilAborted(signal: AbortSignal) {
    yield 'one'
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  }
  const seen: string[] = []
  const read = async () => {
    for await (const value of untilItEnds('the feed', untilAborted)) seen.push(value)
  }
  await expect(withFactor('0.0005', read)).rejects.toThrow(
    'timed out: waited 30 ms in vain until the feed goes on after 1 values, or ends',
  )
  expect(seen).toEqual(['one'])
})

test('a feed that ends tells all that it told', async () => {
  async function* two() {
    yield 1
    yield 2
  }
  const seen: number[] = []
  for await (const value of untilItEnds('the feed', two)) seen.push(value)
  expect(seen).toEqual([1, 2])
})
