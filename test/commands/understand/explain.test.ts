import { expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { type FakeWorkflow, fakeEpoch } from '../../support/fake-workflow.ts'
import { runCli } from '../../support/run-cli.ts'

test('an unknown id is 4', async () => {
  expect(await runCli('explain nope', { store: createExampleStore() })).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('There is no workflow "nope"'),
  })
})

test('the cause comes first, then the evidence, then what fixes it', async () => {
  const { code, stdout } = await runCli('explain queued', { store: createExampleStore() })
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "○ ENQUEUED  orderWorkflow  queued
    why        No worker of example is live.
    also       The queue "slow" is not registered, so no worker polls it.

    queue      slow, for 1m 00s; 0 running
    wants      application example, version v1
    workers    none is live

    fix        drover worker --app ./your-module.ts --application example --app-version v1  # runs a worker that takes it
    "
  `)
})

test('a full partition is told apart from its queue, and what blocks it is the first in it', async () => {
  const worker = { executorId: 'w1', application: 'example', version: 'v1', since: fakeEpoch }
  const onQueue = (workflowId: string, partition: string, given: Partial<FakeWorkflow> = {}) => ({
    ...{ workflowId, partition, name: 'ship', queue: 'tenants', executorId: 'w1' },
    ...given,
  })
  const store = createFakeStore(
    [
      onQueue('other', 'us'),
      onQueue('own', 'eu', { did: [{ sleepSeconds: 600 }] }),
      onQueue('next', 'eu', { status: 'ENQUEUED', executorId: null }),
    ],
    {
      executors: [worker],
      queueStates: { tenants: { isRegistered: true, concurrency: 8, partition: { concurrency: 1 } } },
    },
  )
  const { stdout } = await runCli('explain next', { store })
  expect(stdout).toMatchInlineSnapshot(`
    "○ ENQUEUED  ship  next
    why        Partition "eu" of queue "tenants" runs 1 of 1 at a time.
    because    own (ship, PENDING): It sleeps until 2026-01-02 03:14:05Z, 9m 00s left.

    queue      tenants, for 1m 00s; partition eu: 1 running of 1 (own); all partitions: 2 running of 8 (other, own)
    wants      application example, version v1
    workers    w1 (example v1)

    fix        drover watch own  # shows it go on
    "
  `)
})

test('it follows what a workflow waits for down to the bottom, and fixes that', async () => {
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
  const { cause, because, fix } = JSON.parse(stdout)
  expect(cause).toBe('waits-for-child')
  expect(because.map((each: { workflowId: string; cause: string }) => [each.workflowId, each.cause])).toEqual(
    [
      ['payment', 'waits-for-child'],
      ['review', 'waits-for-message'],
    ],
  )
  expect(fix[0]).toMatchObject({ command: 'drover approve review#1' })
})

const worker = { executorId: 'w1', application: 'example', version: 'v1', since: fakeEpoch }

test('a first run of a name is called neither a long step nor an unknown name', async () => {
  const store = createFakeStore([{ workflowId: 'first', name: 'longStep', queue: 'q', executorId: 'w1' }], {
    executors: [worker],
  })
  expect((await runCli('explain first', { store })).stdout).toMatchInlineSnapshot(`
    "● PENDING  longStep  first
    why        It runs its first step for 1m 00s, or its executor does not know the name: nobody ever recorded a step of longStep.

    queue      q
    executor   w1, live, heard now; claimed 1m ago
    last step  none recorded
    unknown    Which of the two: the log of its executor says "Cannot find workflow function" if it does not know it.

    fix        drover watch first  # shows its first step as soon as it ends
    or         drover cancel first  # if it is not known: gives its place to others
    "
  `)
})

test('what a gone executor left goes to its own version, or to one that lives when somebody says so', async () => {
  const left = [{ workflowId: 'l1', executorId: 'vm-1', did: [{ step: 'a' }] }]
  const commands = async (executors: (typeof worker)[]) => {
    const { stdout } = await runCli('explain l1 -o json', { store: createFakeStore(left, { executors }) })
    return JSON.parse(stdout).fix.map(({ command }: { command: string }) => command)
  }
  expect(await commands([worker])).toEqual(['drover recover l1'])
  expect(await commands([{ ...worker, version: 'v2' }])).toEqual([
    'drover recover l1 --to-version v2',
    'drover worker --app ./your-module.ts --application example --app-version v1',
  ])
  expect(await commands([{ ...worker, application: 'other' }])).toEqual([
    'drover worker --app ./your-module.ts --application example --app-version v1',
  ])
})

test('a wait whose time has passed is fixed at its executor, or answered by force', async () => {
  const store = createFakeStore(
    [
      {
        workflowId: 'late',
        executorId: 'w1',
        did: [
          { event: 'awaiting:legal', value: { prompt: 'Pay?' } },
          { recv: 'legal', timeoutSeconds: 20 },
        ],
      },
    ],
    { executors: [worker] },
  )
  expect((await runCli('explain late', { store })).stdout).toMatchInlineSnapshot(`
    "● PENDING  exampleWorkflow  late
    why        It waited for an answer to "Pay?" (topic legal), overdue by 39s, and its executor has not gone on since.

    executor   w1, live, heard now; claimed 1m ago
    waits      at step 1, for 59s
    steps      2 recorded

    fix        drover workers  # shows where its executor is; once that goes on, this times out
    or         drover approve late#1 --force  # answers it late; it is read if it is there before that
    "
  `)
})

test('a topic that only earlier runs tell is not said of this one', async () => {
  const earlier = { workflowId: 'earlier', name: 'hook', status: 'SUCCESS' } as const
  const store = createFakeStore(
    [
      { ...earlier, did: [{ recv: 'webhook', message: 1 }] },
      { workflowId: 'bare', name: 'hook', executorId: 'w1', did: [{ recv: null, timeoutSeconds: 3600 }] },
    ],
    { executors: [worker] },
  )
  const { why } = JSON.parse((await runCli('explain bare -o json', { store })).stdout)
  expect(why).toBe(
    'It waits for a message, 59m 00s left; earlier runs waited at this step for one on topic webhook.',
  )
})

test('a sleep began, and does not end now', async () => {
  const until = new Date(fakeEpoch.getTime() + 600_000)
  const store = createFakeStore(
    [
      {
        workflowId: 'a',
        executorId: 'w1',
        did: [{ step: 'a' }, { step: 'DBOS.sleep', output: until.getTime() }],
      },
    ],
    {
      executors: [worker],
    },
  )
  const { cause, evidence } = JSON.parse((await runCli('explain a -o json', { store })).stdout)
  expect({ cause, step: evidence['last step'] }).toEqual({
    cause: 'sleeps',
    step: '1 DBOS.sleep, began 59s ago',
  })
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
        { ...executor, executorId: 'busy', address: '10.0.0.5' },
        { ...executor, executorId: 'stopped', heardAt: fakeEpoch },
      ],
    },
  )
  const { stdout } = await runCli('workers', { store, now })
  expect(stdout).toMatchInlineSnapshot(`
    "busy	live	example	v1	2026-01-02T03:04:05.000Z	by session name	r1	10.0.0.5
    stopped	silent	example	v1	2026-01-02T03:04:05.000Z	by session name		(database host)
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
