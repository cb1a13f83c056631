import { expect, test } from 'vitest'
import { exitCodes, worstExitCode } from '../../src/core/exit-codes.ts'

test('the worst code of several wins, not the highest', () => {
  expect(worstExitCode([])).toBe(0)
  expect(worstExitCode([0, 124, 1])).toBe(1)
  expect(worstExitCode([1, 9, 4])).toBe(4)
  expect(worstExitCode([4, 130, 69])).toBe(69)
})

test('every code has its place in the order', () => {
  for (const { code } of Object.values(exitCodes)) expect(worstExitCode([code])).toBe(code)
})
