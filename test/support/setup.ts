import { afterAll, expect } from 'vitest'
import { removeLeftovers } from './end-of-file.ts'

// The first to ask for the end of each test file is the last to come.
afterAll(removeLeftovers)

/** What leaves its listeners behind fails the file in which it does so, whatever its tests look at. */
const leaks: string[] = []
const listen = (warning: Error): void => {
  if (warning.name === 'MaxListenersExceededWarning') leaks.push(warning.stack ?? warning.message)
}
process.on('warning', listen)
afterAll(async () => {
  await new Promise(setImmediate)
  process.off('warning', listen)
  expect(leaks).toEqual([])
})
