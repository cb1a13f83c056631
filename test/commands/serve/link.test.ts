import { expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { runCli } from '../../support/run-cli.ts'

const run = (line: string, options = {}) =>
  runCli(line, { store: createExampleStore(), written: {}, ...options })
const where = '--public-url https://drover.example'

test('a link is printed for a wait, by a key that is made once and kept in private', async () => {
  const written: Record<string, string> = {}
  const first = await run(`link asking#1 --as ada ${where}`, { written })
  expect(first.code).toBe(0)
  expect(first.stdout).toMatch(/^https:\/\/drover\.example\/a\/[\w-]+\.[\w-]+\.[\w-]+\n$/)
  expect(written['/home-of-drover/link-key']).toMatch(/^[\w-]{43}\n$/)
  const again = await run(`link asking --as ada ${where}`, { written })
  expect(again.stdout).toBe(first.stdout)
})

test('where it is reached may come from the environment, and a picture of it goes with it', async () => {
  const env = { DROVER_PUBLIC_URL: 'https://drover.example/', DROVER_LINK_KEY: 'x'.repeat(32) }
  const { stdout } = await run('link asking --as ada --qr', { env })
  expect(stdout).toMatch(/█/)
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^https:\/\/drover\.example\/a\//)
  const json = await run('link asking --as ada -o json', { env })
  expect(JSON.parse(json.stdout)).toMatchObject({ workflowId: 'asking', step: 1 })
})

test.each([
  [`link asking ${where}`, 2, 'A link answers in a name.'],
  ['link asking --as ada', 2, 'It is not known where the gateway is reached.'],
  ['link asking --as ada --public-url drover', 2, 'is not the URL of a web site'],
  [`link asking --as ada --for soon ${where}`, 2, 'is not a duration'],
  [`link nobody --as ada ${where}`, 4, 'There is no workflow "nobody".'],
  [`link done --as ada ${where}`, 9, 'it waits for nothing'],
  [`link asking#0 --as ada ${where}`, 9, 'does not wait at step 0'],
])('`%s` is refused', async (line, code, sentence) => {
  const refused = await run(line)
  expect(refused).toMatchObject({ code, stdout: '' })
  expect(refused.stderr).toContain(sentence)
})

test('a key that is too short is refused', async () => {
  expect(await run(`link asking --as ada ${where}`, { env: { DROVER_LINK_KEY: 'short' } })).toMatchObject({
    code: 2,
  })
})
