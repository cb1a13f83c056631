import { expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

async function createDecidedStore() {
  const store = createExampleStore()
  await runCli(['approve', 'asking', '--comment', 'fine', '--as', 'ada'], { store })
  await runCli(['reject', 'asking', '--comment', 'no', '--as', 'bob'], { store })
  return store
}

test('audit lists what was decided and what was refused, newest first', async () => {
  const store = await createDecidedStore()
  const run = await runCli('audit', { store, isTerminal: true, columns: 100 })
  expect(run.stdout).toMatchInlineSnapshot(`
    "AT                    OF        ACTION      OUTCOME            BY   COMMENT  ROLE      WORKFLOW
    2026-01-02 03:05:05Z  asking#1  ✗ rejected  decided-otherwise  bob  no       postgres  orderWorkflow
    2026-01-02 03:05:05Z  asking#1  ✓ approved  stored             ada  fine     postgres  orderWorkflow
    "
  `)
  expect(
    (await runCli('audit asking#1 --by bob -o jsonl', { store })).stdout.trimEnd().split('\n'),
  ).toHaveLength(1)
  expect((await runCli('audit asking#2', { store })).stderr).toBe(
    'No decision for asking#2 in the record of fake database.\n',
  )
})

test('verify compares decisions with messages, and is 5 where an answer is on no record', async () => {
  const store = await createDecidedStore()
  expect(await runCli('audit verify', { store })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'Messages and record of fake database agree: 1 decision since 2026-01-02T03:05:05.000Z.\n',
  })
  const idempotencyKey = 'answered:1::1767323045000'
  await store.send({ workflowId: 'answered', topic: 'go', message: 1, idempotencyKey })
  const run = await runCli('audit verify', { store, isTerminal: true, columns: 100 })
  expect(run).toMatchObject({ code: 5, stderr: expect.stringContaining('differ in one place') })
  expect(run.stdout).toMatchInlineSnapshot(`
    "AT                    OF          PROBLEM     ACTION  BY  TOPIC
    2026-01-02 03:05:05Z  answered#1  unrecorded              go
    "
  `)
})

test('audit says when there are more, and takes times both ways', async () => {
  const store = await createDecidedStore()
  const run = await runCli('audit --limit 1 --from 1h --to 2026-02-01T00:00:00Z', { store })
  expect(run.stderr).toContain('The newest 1; --limit shows more')
  expect(await runCli('audit --from yesterday', { store })).toMatchObject({ code: 2 })
})

test('audit init prints what it runs, and --print runs nothing', async () => {
  const store = createFakeStore([], { hasRecord: false, own: false })
  expect(await runCli('audit', { store })).toMatchObject({ code: 3 })
  expect(await runCli('audit init --print --decider clerk', { store })).toMatchObject({
    code: 0,
    stdout: 'create schema drover;\ngrant to "clerk";\n',
    stderr: '',
  })
  expect(await runCli('audit', { store })).toMatchObject({ code: 3 })
  expect((await runCli('audit init', { store })).stderr).toContain('recorded in drover.decisions')
  expect(await runCli('audit', { store })).toMatchObject({ code: 0 })
})
