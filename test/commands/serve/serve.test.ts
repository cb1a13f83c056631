import { expect, test } from 'vitest'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

/** Everything that is refused is refused before anything listens. */
const serve = (line: string, own = true) =>
  runCli(`serve --port 0 ${line}`.trim(), { store: createFakeStore([], { own }) })

test.each([
  ['--host 0.0.0.0', 'there is no https'],
  ['--public-url http://drover.example', 'there is no https'],
  ['--host 0.0.0.0 --insecure', 'there is no token in /home-of-drover/tokens.json'],
  ['--public-url https://drover.example', 'there is no token in /home-of-drover/tokens.json'],
  ['--token-file mine.json', 'there is no token in /project/mine.json'],
  ['--public-url drover.example', 'is not the URL of a web site'],
  ['--port 65536', 'There is no port 65536'],
])('serve %s does not start: %s', async (line, sentence) => {
  const { code, stderr } = await serve(line)
  expect(code).toBe(2)
  expect(stderr).toContain(sentence)
})

test('a database that drover did not create is not open to everybody on the machine', async () => {
  const { code, stderr } = await serve('', false)
  expect(code).toBe(2)
  expect(stderr).toContain('drover did not create fake database')
  expect(stderr).toContain('hint: drover token create NAME --scope answer')
})
