import { expect, test } from 'vitest'
import { parseDuration } from '../../../src/core/words/duration.ts'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['1h30m', 5_400_000],
  ['1d12h', 129_600_000],
  ['2m30s', 150_000],
  ['1s500ms', 1500],
  ['1.5h30m', 7_200_000],
  ['0s', 0],
  ['60d', 5_184_000_000],
  ['0.0004s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  '',
  '5',
  's',
  '-1s',
  '1 s',
  '5 minutes',
  '1e3s',
  '30m1h',
  '1h1h',
  '1h30',
  'h30m',
  '1h 30m',
  '1000001d',
  `${'9'.repeat(400)}d`,
])('"%s" is refused', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
})
