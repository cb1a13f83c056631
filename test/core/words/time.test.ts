import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseTime } from '../../../src/core/words/time.ts'

const now = new Date('2026-11-27T03:04:05Z')
const zone = process.env.TZ

beforeEach(() => {
  process.env.TZ = 'Pacific/Auckland'
})

afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

test.each([
  ['2026-11-27', '2026-11-26T11:00:00.000Z'],
  ['2026-11-27T00:00', '2026-11-26T11:00:00.000Z'],
  ['2026-11-27T00:00:00', '2026-11-26T11:00:00.000Z'],
  ['2026-11-27 00:00:00', '2026-11-26T11:00:00.000Z'],
  ['2026-11-27T00:00:00Z', '2026-11-27T00:00:00.000Z'],
  ['2026-11-27T00:00:00.25z', '2026-11-27T00:00:00.250Z'],
  ['2026-11-27T00:00:00+02:00', '2026-11-26T22:00:00.000Z'],
  ['2026-11-27T00:00:00-0330', '2026-11-27T03:30:00.000Z'],
  ['2028-02-29', '2028-02-28T11:00:00.000Z'],
  // The clocks went forward at two o'clock in the morning.
  ['2026-09-27T12:00', '2026-09-26T23:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['2h', '2026-11-27T01:04:05.000Z'],
  ['1h30m', '2026-11-27T01:34:05.000Z'],
  ['60d', '2026-09-28T03:04:05.000Z'],
])('without a zone a time is local, whether it is a date or a date-time: %s is %s', (text, iso) => {
  expect(parseTime(text, now).toISOString()).toBe(iso)
})

test.each([
  '2026-02-30',
  '2026-02-30T00:00:00Z',
  '2026-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-04-31T10:00',
  '2026-11-00',
])('a day that the calendar does not have is refused: %s', (text) => {
  expect(() => parseTime(text, now)).toThrow(
    expect.objectContaining({
      code: 'invalid-argument',
      message: `"${text}" is not a time: the calendar has no ${text.slice(0, 10)}.`,
    }),
  )
})

test.each([
  'yesterday',
  '5',
  '',
  '2026',
  '2026-11',
  '2026-11-27T',
  '2026-11-27T24:00',
  '2026-11-27T10:60',
  '2026-11-27T10:00:60Z',
  '2026-11-27T10:00+24:00',
  '2026-11-27Z',
  '2026-11-27T10',
  '27.11.2026',
  '2026-11-27T10:00 Europe/Berlin',
  '30m1h',
])('what is no time is refused: "%s"', (text) => {
  expect(() => parseTime(text, now)).toThrow(`"${text}" is not a time.`)
})

test('a duration ago that no calendar reaches is too long, not a time', () => {
  expect(() => parseTime('99999999999d', now)).toThrow('The duration 99999999999d is too long.')
})
