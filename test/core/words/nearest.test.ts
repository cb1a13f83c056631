import { expect, test } from 'vitest'
import { nearest } from '../../../src/core/words/nearest.ts'

const names = ['eventsWorkflow', 'approvalWorkflow', 'publish']

test.each([
  ['eventWorkflow', 'eventsWorkflow'],
  ['EVENTSWORKFLOW', 'eventsWorkflow'],
  ['approval', 'approvalWorkflow'],
  ['pubish', 'publish'],
  ['x', undefined],
  ['somethingElse', undefined],
])('%s probably means %s', (typed, meant) => {
  expect(nearest(typed, names)).toBe(meant)
})
