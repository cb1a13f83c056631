import { expect, test } from 'vitest'
import { createTurning } from '../../../src/core/diagnosis/turned-findings.ts'

type Verdict = 'ok' | 'warn' | 'fail'
const found = (check: string, verdict: Verdict, message = '') => ({ check, verdict, message })

/** What each look tells. */
function looks(...given: readonly (readonly ReturnType<typeof found>[])[]): string[][] {
  const turn = createTurning<ReturnType<typeof found>>()
  return given.map((findings) =>
    turn(findings, { areAll: findings.every(({ check }) => check !== 'database') }).map(
      ({ change, finding }) => `${change} ${finding.check} ${finding.verdict}`,
    ),
  )
}

test('what turns bad is told once, and once more when it is well again', () => {
  expect(
    looks(
      [found('queue', 'ok')],
      [found('queue', 'warn', '3 wait')],
      [found('queue', 'warn', '4 wait')],
      [found('queue', 'ok')],
      [found('queue', 'ok')],
    ),
  ).toEqual([[], ['bad queue warn'], [], ['well queue ok'], []])
})

test('what gets worse is told again, and what gets better and is still bad is not', () => {
  expect(
    looks(
      [found('queue', 'warn')],
      [found('queue', 'fail')],
      [found('queue', 'warn')],
      [found('queue', 'fail')],
    ),
  ).toEqual([['bad queue warn'], ['bad queue fail'], [], ['bad queue fail']])
})

test('of several findings of a check the worst counts, and a check that is gone is well', () => {
  expect(looks([found('stuck', 'warn'), found('stuck', 'fail')], [found('stuck', 'warn')], [])).toEqual([
    ['bad stuck fail'],
    [],
    ['well stuck warn'],
  ])
})

test('while the database cannot be used nothing else is well', () => {
  expect(looks([found('queue', 'fail')], [found('database', 'fail')], [found('queue', 'fail')])).toEqual([
    ['bad queue fail'],
    ['bad database fail'],
    ['well database fail'],
  ])
})
