import { expect, test } from 'vitest'
import { runCli } from '../support/run-cli.ts'

test.each([
  ['ENOSPC', 74],
  ['EROFS', 74],
  ['25006', 3],
  ['53100', 69],
  ['ENOENT', 70],
])('%s that nobody named ends with %i', async (code, exitCode) => {
  const failure = Object.assign(new Error('refused'), { code })
  const { code: ended, stderr } = await runCli('list', { failure })
  expect({ ended, stderr }).toMatchObject({ ended: exitCode, stderr: expect.stringContaining('hint: ') })
})
