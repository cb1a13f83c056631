import { expect, test } from 'vitest'
import {
  formatAge,
  formatClock,
  formatCountdown,
  formatDuration,
  formatElapsed,
  formatTime,
} from '../../src/render/time-text.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute

test.each([
  [-5, '0ms', '0s'],
  [340, '340ms', '0s'],
  [999.9, '999ms', '0s'],
  [1234, '1.2s', '1s'],
  [59_999, '59.9s', '59s'],
  [2 * minute + 5 * second, '2m 05s', '2m 05s'],
  [59 * minute + 59.9 * second, '59m 59s', '59m 59s'],
  [3 * hour + 12 * minute, '3h 12m', '3h 12m'],
  [4 * 24 * hour + hour, '4d', '4d'],
])('%d ms is %s, or %s while it counts', (ms, duration, elapsed) => {
  expect(formatDuration(ms)).toBe(duration)
  expect(formatElapsed(ms)).toBe(elapsed)
})

const now = new Date('2026-01-02T03:04:05.678Z')
const ago = (ms: number) => new Date(now.getTime() - ms)

test('ages have one unit, and a clock that is ahead gives now', () => {
  expect([999, 12 * second, 125 * second, 3 * hour, -5000].map((ms) => formatAge(ago(ms), now))).toEqual([
    'now',
    '12s ago',
    '2m ago',
    '3h ago',
    'now',
  ])
})

test('a deadline counts down, and then up', () => {
  expect(formatCountdown(ago(-48 * second), now)).toBe('48s left')
  expect(formatCountdown(ago(3 * second), now)).toBe('overdue by 3s')
})

test('times are in UTC', () => {
  expect(formatTime(now)).toBe('2026-01-02 03:04:05Z')
  expect(formatClock(now)).toBe('03:04:05.678Z')
})
