import { expect, test } from 'vitest'
import { dateOfMs, isoTime } from '../../../src/core/words/far-date.ts'

test('a time is written as JavaScript writes it, and one that is none as it was', () => {
  const times = [0, -1, 1e12, 1_788_000_000_007, -62_135_596_800_001, 253_402_300_800_000, 8.64e15, -8.64e15]
  for (const ms of [...times, ...times.map((time) => Math.trunc(time / 3) + 59_999)])
    expect(isoTime(new Date(ms))).toBe(new Date(ms).toISOString())
  expect(isoTime(dateOfMs('9223372036854775807'))).toBe('9223372036854775807')
  expect(() => isoTime(new Date(Number.NaN))).toThrow(RangeError)
})
