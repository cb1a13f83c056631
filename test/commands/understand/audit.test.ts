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
    'Nothing of asking#2 in the record of fake database.\n',
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
  const run = await runCli('audit --limit 1 --since 1h --until 2026-02-01T00:00:00Z', { store })
  const asAtFirst = await runCli('audit --limit 1 --from 1h --to 2026-02-01T00:00:00Z', { store })
  expect(asAtFirst).toMatchObject({ code: run.code, stdout: run.stdout })
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

test('audit shows actions beside decisions, with what was changed, and send on an asked topic', async () => {
  const store = createExampleStore()
  await runCli(['cancel', 'queued', '--as', 'ada', '--comment', 'an outage'], { store })
  await runCli(['queues', 'set', 'mails', '--concurrency', '3', '--as', 'bob'], { store })
  await runCli(['approve', 'asking', '--as', 'eve'], { store })
  const run = await runCli('audit', { store, isTerminal: true, columns: 120 })
  expect(run.stdout).toMatchInlineSnapshot(`
    "AT                    OF        ACTION      OUTCOME  BY   COMMENT    ROLE      WORKFLOW       CHANGE
    2026-01-02 03:05:05Z  asking#1  ✓ approved  stored   eve             postgres  orderWorkflow
    2026-01-02 03:05:05Z  mails     queues set  done     bob             postgres
    2026-01-02 03:05:05Z  queued    cancel      done     ada  an outage  postgres                 status ENQUEUED → CANCELL…
    "
  `)
  expect((await runCli('audit --by ada', { store })).stdout.trimEnd().split('\t')).toEqual([
    ...['2026-01-02T03:05:05.000Z', 'queued', 'cancel', 'done', 'ada', 'an outage', 'postgres', '', ''],
    'status ENQUEUED → CANCELLED',
  ])
  expect((await runCli('audit asking#1', { store })).stdout).toContain('approved')
  const other = createExampleStore()
  await runCli('send asking hello --topic legal --as ada', { store: other })
  const { stdout } = await runCli('audit asking -o json', { store: other })
  expect(JSON.parse(stdout)).toMatchObject([
    { type: 'action', action: 'send', outcome: 'sent', workflowId: 'asking', subject: null, by: 'ada' },
  ])
})

test('without a record an action goes on and says so once, unless that is required', async () => {
  const store = () =>
    createFakeStore([{ workflowId: 'a' }, { workflowId: 'b' }], { hasRecord: false, own: false })
  expect(await runCli('cancel a b', { store: store() })).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^not recorded: drover audit init\n2 cancelled/),
  })
  const config = (audit: string) => ({ '/project/drover.config.json': JSON.stringify({ audit }) })
  const off = await runCli('cancel a', { store: store(), files: config('off') })
  expect(off).toMatchObject({ code: 0, stderr: '' })
  const required = store()
  expect(await runCli('cancel a', { store: required, files: config('required') })).toMatchObject({ code: 3 })
  expect((await required.get('a'))?.status).toBe('PENDING')
  const sent = await runCli('send a hello', { store: required, files: config('required') })
  expect(sent.code).toBe(0)
})
