import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

test('approve answers the open wait, with who and when', async () => {
  const store = createExampleStore()
  const run = await runCli(['approve', 'asking', '--comment', 'looks fine'], { store })
  expect(run).toMatchObject({ code: 0, stdout: '', stderr: 'asking#1 approved by ada@laptop.\n' })
  expect(store.decided).toMatchObject([
    {
      topic: 'legal',
      decision: 'approved',
      message: { approved: true, by: 'ada@laptop', comment: 'looks fine' },
    },
  ])
})

test('a rejection needs a reason', async () => {
  const store = createExampleStore()
  expect(await runCli('reject asking', { store })).toMatchObject({
    code: 2,
    stderr: 'error: A rejection needs a reason.\nhint: drover reject asking --comment "…"\n',
  })
  expect(store.decided).toEqual([])
})

test('the same decision again is no error, another one is', async () => {
  const store = createExampleStore()
  expect(await runCli('approve answered#1', { store })).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('answered#1: already recorded by bob at '),
  })
  expect(await runCli('reject answered#1 --comment no', { store })).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('answered#1 was decided otherwise by bob at '),
  })
  expect(store.decided).toEqual([])
})

test.each([
  ['running', 9, 'running does not wait for a message now.'],
  ['done', 9, 'done ended SUCCESS; it waits for nothing.'],
  ['asking#7', 9, 'asking does not wait at step 7 now.'],
  ['nope', 4, 'There is no workflow "nope" in fake database.'],
])('approve %s is %d', async (wait, code, message) => {
  const run = await runCli(['approve', wait], { store: createExampleStore() })
  expect(run).toMatchObject({ code, stderr: expect.stringContaining(message) })
})

test('several waits are a line each and the worst code', async () => {
  const run = await runCli('approve nope asking done', { store: createExampleStore() })
  expect(run.code).toBe(4)
  expect(run.stderr).toContain('asking#1 approved by ada@laptop.')
})

test('waits are read from stdin, and -o json tells of each', async () => {
  const run = await runCli('approve - -o jsonl --as bob', {
    store: createExampleStore(),
    stdin: 'asking#1\n\n',
  })
  expect(JSON.parse(run.stdout)).toMatchObject({
    workflowId: 'asking',
    step: 1,
    topic: 'legal',
    decision: 'approved',
    by: 'bob',
    outcome: 'stored',
  })
})

test('a workflow that waits in two places is asked which', async () => {
  const store = createFakeStore([{ workflowId: 'twice', did: [{ recv: 'a' }, { recv: 'b' }] }])
  const run = await runCli('approve twice', { store })
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('hint: name one: twice#') })
})

test('a retry without a step does not leak into the next gate', async () => {
  const now = new Date('2026-01-02T03:04:08Z')
  const store = createFakeStore([
    {
      workflowId: 'gates',
      did: [{ recv: 'legal', message: { approved: true, by: 'ada@laptop' } }, { recv: 'legal' }],
    },
  ])
  const run = await runCli('approve gates --topic legal', { store, now })
  expect(run).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('hint: if you mean the next one, name it: gates#'),
  })
  const later = await runCli('approve gates --topic legal', { store, now: new Date('2026-01-02T03:05:00Z') })
  expect(later.code).toBe(0)
})

test('an application of another mind is answered as drover.config.json says', async () => {
  const store = createFakeStore([{ workflowId: 'pay', name: 'payment', did: [{ recv: 'webhook' }] }])
  const file = { workflows: { payment: { topic: 'webhook', approve: 'paid' } } }
  const files = { '/project/drover.config.json': JSON.stringify(file) }
  expect((await runCli('approve pay', { store })).stderr).toContain('hint: name it with --topic TOPIC')
  expect((await runCli('approve pay', { store, files })).code).toBe(0)
  expect(store.decided).toMatchObject([{ topic: 'webhook', message: 'paid' }])
})

test('in CI somebody must be named', async () => {
  const store = createExampleStore()
  expect((await runCli('approve asking', { store, isCI: true })).code).toBe(2)
  expect((await runCli('approve asking', { store, isCI: true, env: { GITHUB_ACTOR: 'octocat' } })).code).toBe(
    0,
  )
})
