import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { runCli } from '../support/run-cli.ts'

test.each([
  'wait done --timeout 60d',
  'watch done --timeout 60d',
  'events done progress --wait --timeout 60d',
  'stream done log --follow --timeout 60d',
  'wait done --timeout 59d23h59m59s',
  'wait done --timeout 0.6s',
  'wait done --timeout 1.0005s',
  'list --connect-timeout 60d',
  'wait done --reconnect-timeout 60d',
  'list --since 60d',
  'inbox --older-than 60d --no-pick',
  'delete --ended --older-than 60d',
  'audit --since 60d',
  'audit --from 60d',
])('a duration may be longer than the longest timer: %s', async (line) => {
  const { code, stderr } = await runCli(line, { store: createExampleStore() })
  expect({ code, stderr: stderr.includes('error') ? stderr : '' }).toEqual({ code: 0, stderr: '' })
})

test('start --delay and --workflow-timeout take weeks, too', async () => {
  const store = createExampleStore()
  const { code } = await runCli('start orderWorkflow --delay 60d --workflow-timeout 1000h30m', { store })
  expect(code).toBe(0)
  expect(store.started).toMatchObject([{ delayMs: 5_184_000_000, timeoutMs: 3_601_800_000 }])
})

test.each([
  'list --since 2026-02-30',
  'list --until 2026-02-30T00:00:00Z',
  'cancel --name orderWorkflow --since 2026-02-30 --yes',
  'delete --ended --older-than 2026-02-30 --yes',
  'inbox --older-than 2026-02-30 --no-pick',
  'approve --all --older-than 2026-02-30 --yes',
  'audit --from 2026-02-30',
  'audit --to 2026-02-30T10:00',
  'audit --until 2026-02-30T10:00',
  'list --since 99999999999d',
  'wait done --timeout 99999999999d',
])('what is no time is exit 2, and nothing is done: %s', async (line) => {
  const store = createExampleStore()
  expect(await runCli(line, { store })).toMatchObject({ code: 2, stdout: '' })
  expect(store.managed).toEqual([])
})
