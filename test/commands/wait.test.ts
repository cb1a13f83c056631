import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { runCli } from '../support/run-cli.ts'

test('the result alone is on stdout', async () => {
  expect(await runCli('wait done', { store: createExampleStore() })).toMatchObject({
    code: 0,
    stdout: '{\n  "total": 3\n}\n',
    stderr: '',
  })
})

test.each([
  ['failed', 1, 'orderWorkflow ended ERROR after 0ms: TypeError: x is not a function\n'],
  ['cancelled', 6, 'orderWorkflow ended CANCELLED after 0ms\n'],
  ['dead', 7, 'orderWorkflow ended MAX_RECOVERY_ATTEMPTS_EXCEEDED after 0ms\n'],
])('a workflow that %s is %d, with the reason', async (id, code, stderr) => {
  expect(await runCli(['wait', id], { store: createExampleStore() })).toMatchObject({
    code,
    stdout: '',
    stderr,
  })
})

test('--for event:KEY prints the value that met it', async () => {
  expect((await runCli('wait done --for event:progress>=50', { store: createExampleStore() })).stdout).toBe(
    '100\n',
  )
})

test('--for message is met by a workflow that asks', async () => {
  const { code, stdout } = await runCli('wait asking --for message', { store: createExampleStore() })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    workflowId: 'asking',
    step: 1,
    topic: 'legal',
    prompt: 'Ship it?',
  })
})

test('a workflow that ended without it is 9, and never a hang', async () => {
  expect(await runCli('wait done --for event:nope', { store: createExampleStore() })).toMatchObject({
    code: 9,
    stdout: '',
    stderr: expect.stringContaining('done ended SUCCESS without event:nope.'),
  })
})

test('time running out is 124', async () => {
  expect((await runCli('wait running --timeout 20ms', { store: createExampleStore() })).code).toBe(124)
})

test('several --for must all hold', async () => {
  expect(
    (await runCli('wait done --for event:progress --for stream:log', { store: createExampleStore() })).code,
  ).toBe(0)
  expect(
    (await runCli('wait done --for event:progress --for message', { store: createExampleStore() })).code,
  ).toBe(9)
})

test('several ids are a line each; --any is content with the first', async () => {
  const both = await runCli('wait done asking --for event:progress --timeout 50ms', {
    store: createExampleStore(),
  })
  expect(both).toMatchObject({ code: 124, stdout: '{"workflowId":"done","value":100}\n' })
  expect(
    (await runCli('wait done asking --for event:progress --any', { store: createExampleStore() })).code,
  ).toBe(0)
})

test('a condition that is none is refused before anything connects', async () => {
  expect(await runCli('wait done --for whenever', {})).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"whenever" is not a condition.'),
  })
})
