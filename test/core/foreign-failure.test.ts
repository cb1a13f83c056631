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

test('a file that somebody named and that is none is no bug, and neither is a text that is too long', async () => {
  const refusal = { code: 'EISDIR', syscall: 'read', path: '/tmp' }
  const failure = Object.assign(new Error('illegal operation on a directory'), refusal)
  expect(await runCli('list', { failure })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('A file cannot be used: illegal operation on a directory.'),
  })
  const tooLong = Object.assign(new Error('Cannot create a string'), { code: 'ERR_STRING_TOO_LONG' })
  expect(await runCli('list', { failure: tooLong })).toMatchObject({
    code: 69,
    stderr: expect.stringContaining('longer than 512 MB'),
  })
})
