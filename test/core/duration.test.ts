import { expect, test } from 'vitest'
import { parseDuration } from '../../src/core/duration.ts'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['', '5', 's', '-1s', '1 s', '5 minutes', '1e3s'])('"%s" is refused', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})
