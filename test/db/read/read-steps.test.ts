import { expect, test } from 'vitest'
import { toStep } from '../../../src/db/read/read-steps.ts'

test.each([null, ''])('a step without a name is "(unnamed)", as for %j', (name) => {
  expect(toStep({ function_id: 3, function_name: name }).name).toBe('(unnamed)')
})
