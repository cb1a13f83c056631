import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { fakeEpoch } from '../support/fake-workflow.ts'
import { runCli } from '../support/run-cli.ts'

test('an unknown id is 4', async () => {
  expect(await runCli('explain nope', { store: createExampleStore() })).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('There is no workflow "nope"'),
  })
})

test('the cause comes first, then the evidence, then what mends it', async () => {
  const { code, stdout } = await runCli('explain queued', { store: createExampleStore() })
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "○ ENQUEUED  orderWorkflow  queued
    why        No worker of example is live.
    also       The queue "slow" is not registered, so no worker polls it.

    queue      slow, for 1m 00s; 0 running
    wants      application example, version v1
    workers    none is live

    mend       drover worker --app ./your-module.ts --application example --app-version v1  # runs a worker that takes it
    "
  `)
})

test('it follows what a workflow waits for down to the bottom, and mends that', async () => {
  const worker = { executorId: 'w1', application: 'example', version: 'v1', since: fakeEpoch }
  const store = createFakeStore(
    [
      { workflowId: 'order', name: 'order', executorId: 'w1', did: [{ child: 'payment', name: 'pay' }] },
      {
        workflowId: 'payment',
        name: 'pay',
        executorId: 'w1',
        parentId: 'order',
        did: [{ child: 'review', name: 'ask' }],
      },
      {
        workflowId: 'review',
        name: 'ask',
        parentId: 'payment',
        executorId: 'w1',
        did: [
          { event: 'awaiting:legal', value: { prompt: 'Pay?' } },
          { recv: 'legal', timeoutSeconds: 90 },
        ],
      },
    ],
    { executors: [worker] },
  )
  const { stdout } = await runCli('explain order -o json', { store })
  const { cause, because, mend } = JSON.parse(stdout)
  expect(cause).toBe('waits-for-child')
  expect(because.map((each: { workflowId: string; cause: string }) => [each.workflowId, each.cause])).toEqual(
    [
      ['payment', 'waits-for-child'],
      ['review', 'waits-for-message'],
    ],
  )
  expect(mend[0]).toMatchObject({ command: 'drover approve review#1' })
})

test('what this role cannot see is said, and not guessed', async () => {
  const store = createFakeStore([{ workflowId: 'a', status: 'ENQUEUED', queue: 'q' }], {
    queues: ['q'],
    blind: true,
  })
  const { cause, unknown } = JSON.parse((await runCli('explain a -o json', { store })).stdout)
  expect({ cause, unknown }).toEqual({
    cause: 'due',
    unknown: [expect.stringContaining('pg_read_all_stats')],
  })
})

test('names and questions from the database cannot act on the terminal', async () => {
  const store = createFakeStore([
    { workflowId: 'a', name: 'x\u001b[2Jy', queue: 'q\u0007', status: 'ENQUEUED' },
  ])
  const { stdout } = await runCli('explain a', { store, isTerminal: true })
  expect(stdout).not.toContain('\u001b[2J')
  expect(stdout).not.toContain('\u0007')
})

test('workers says who lives, who is silent, who is gone, and what they run', async () => {
  const now = new Date(fakeEpoch.getTime() + 60_000)
  const executor = { application: 'example', version: 'v1', since: fakeEpoch }
  const store = createFakeStore(
    [
      { workflowId: 'r1', executorId: 'busy' },
      { workflowId: 'r2', executorId: 'lost' },
    ],
    {
      executors: [
        { ...executor, executorId: 'busy' },
        { ...executor, executorId: 'stopped', heardAt: fakeEpoch },
      ],
    },
  )
  const { stdout } = await runCli('workers', { store, now })
  expect(stdout).toMatchInlineSnapshot(`
    "busy	live	example	v1	2026-01-02T03:04:05.000Z	by session name	r1
    stopped	silent	example	v1	2026-01-02T03:04:05.000Z	by session name	
    lost	gone	example	v1			r2
    "
  `)
  expect((await runCli('workers -o ids', { store, now })).stdout).toBe('busy\nstopped\nlost\n')
})

test('where sessions are hidden nobody is called gone', async () => {
  const store = createFakeStore([{ workflowId: 'r1', executorId: 'w' }], { blind: true })
  const { stdout, stderr } = await runCli('workers -o json', { store })
  expect(JSON.parse(stdout)).toMatchObject([{ executorId: 'w', state: 'unknown', running: ['r1'] }])
  expect(stderr).toContain('pg_read_all_stats')
})
