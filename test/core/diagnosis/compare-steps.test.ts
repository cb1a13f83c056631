import { expect, test } from 'vitest'
import { compareSteps } from '../../../src/core/diagnosis/compare-steps.ts'
import type { Step } from '../../../src/core/workflow.ts'

const stepOf = (name: string, output: number): Step => ({
  step: 0,
  name,
  output,
  error: null,
  childId: null,
  startedAt: null,
  completedAt: null,
})

test('two runs sleep until different times, which is no difference', () => {
  const differenceOf = (name: string) => compareSteps([stepOf(name, 1)], [stepOf(name, 2)])[0]?.difference
  expect(differenceOf('DBOS.sleep')).toBe('same')
  expect(differenceOf('charge')).toBe('result')
})
