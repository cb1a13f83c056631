import { expect, test } from 'vitest'
import { toStep } from '../../../src/db/tables/operation-outputs.ts'

test.each([null, ''])('a step without a name is "(unnamed)", as for %j', (name) => {
  expect(toStep({ step: 3, name }).name).toBe('(unnamed)')
})
