import { expect, test } from 'vitest'
import { runCli } from '../../support/run-cli.ts'

const file = '/home-of-drover/tokens.json'

test('a token is shown once, and only its hash is kept', async () => {
  const written: Record<string, string> = {}
  const { code, stdout, stderr } = await runCli('token create ci --scope answer', { written })
  const token = stdout.trim()
  expect(code).toBe(0)
  expect(token).toMatch(/^drover_[\w-]{43}$/)
  expect(stderr).toContain('shown only now')
  expect(written[file]).not.toContain(token)
  expect(JSON.parse(written[file] ?? '')).toMatchObject({ tokens: [{ name: 'ci', scope: 'answer' }] })
})

test('tokens are listed without what would let somebody use one, and end when they are revoked', async () => {
  const written: Record<string, string> = {}
  for (const name of ['ci', 'phone']) await runCli(`token create ${name}`, { written })
  const listed = await runCli('token list -o json', { written })
  expect(JSON.parse(listed.stdout)).toEqual([
    { name: 'ci', scope: 'read', createdAt: '2026-01-02T03:05:05.000Z' },
    { name: 'phone', scope: 'read', createdAt: '2026-01-02T03:05:05.000Z' },
  ])
  expect((await runCli('token revoke ci', { written })).code).toBe(0)
  expect((await runCli('token list', { written })).stdout).toContain('phone')
  expect((await runCli('token list', { written })).stdout).not.toContain('ci\t')
  expect(await runCli('token revoke ci', { written })).toMatchObject({ code: 4 })
})

test.each([
  ['token create ci', 9, 'There is a token ci already.'],
  ['token create a/b', 2, 'is not a name for a token'],
  ['token create x --scope all', 2, 'Allowed choices are read, answer, start'],
])('`%s` is refused', async (line, code, sentence) => {
  const written: Record<string, string> = {}
  await runCli('token create ci', { written })
  const refused = await runCli(line, { written })
  expect(refused).toMatchObject({ code, stdout: '' })
  expect(refused.stderr).toContain(sentence)
})

test('a file that is not one of tokens is refused, and left as it is', async () => {
  const written = { [file]: '{"tokens": [{"name": "x"}]}' }
  expect(await runCli('token create ci', { written })).toMatchObject({ code: 2 })
  expect(written[file]).toBe('{"tokens": [{"name": "x"}]}')
})
