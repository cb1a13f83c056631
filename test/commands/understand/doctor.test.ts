import { expect, test } from 'vitest'
import { CliError } from '../../../src/core/errors.ts'
import type { FindingLine } from '../../../src/render/doctor/finding.ts'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore, type FakeStore } from '../../support/fake-store.ts'
import { fakeEpoch } from '../../support/fake-workflow.ts'
import { runCli } from '../../support/run-cli.ts'

const now = new Date(fakeEpoch.getTime() + 60_000)
const worker = { executorId: 'w1', application: 'example', version: 'v1', since: fakeEpoch }

test('where all is well every line is ok, and the code is 0', async () => {
  const store = createFakeStore([{ workflowId: 'a', executorId: 'w1' }], { executors: [worker] })
  const { code, stdout } = await runCli('doctor', { store, now, isTerminal: true })
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "✓ ok   database   fake database: PostgreSQL 18.4, 0ms away
    ✓ ok   schema     DBOS tables at migration 123
    ✓ ok   listen     notifications arrive
    ✓ ok   privileges ada may read, write, and see who is connected
    ✓ ok   record     decisions are recorded
    ✓ ok   clock      the database and this machine agree on the time
    ✓ ok   workers    1 live: w1
    ✓ ok   versions   v1
    ✓ ok   orphans    every running workflow has its executor
    ✓ ok   stuck      nothing is stuck
    ✓ ok   dead       none
    ✓ ok   unread     none
    ✓ ok   topics     no message is known to be on a wrong one
    ✓ ok   embedded   there is no embedded Postgres

    14 ok
    "
  `)
})

test('what is not well has its fix below, and a fail is 5', async () => {
  const store = createFakeStore(
    [
      { workflowId: 'lost', executorId: 'local' },
      { workflowId: 'dead', status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' },
      { workflowId: 'late', status: 'SUCCESS', unread: [{ topic: 't', message: 1 }] },
      {
        workflowId: 'stuck',
        status: 'ENQUEUED',
        queue: 'nowhere',
        version: null,
        createdAt: new Date(fakeEpoch.getTime() - 60_000),
      },
    ],
    {
      executors: [worker, { ...worker, executorId: 'stopped', heardAt: fakeEpoch }],
      gone: ['local'],
      latestVersion: 'v9',
      versions: [{ version: 'v9', application: 'example', registeredAt: fakeEpoch, isLatest: true }],
      health: {
        isListening: false,
        isPooled: true,
        seesSessions: false,
        migration: 114,
        mayNot: ['send', 'approve'],
      },
    },
  )
  const { code, stdout } = await runCli('doctor', {
    store,
    now: new Date(now.getTime() + 5000),
    isTerminal: true,
  })
  expect(code).toBe(5)
  expect(stdout).toMatchInlineSnapshot(`
    "✗ fail workers    connected and silent: stopped
                      drover workers
    ✗ fail orphans    1 workflow of executors that are gone: local
                      drover recover
    ✗ fail stuck      1 workflow stuck on a queue, the oldest for 2m 00s: The
                      queue "nowhere" is not registered, so no worker polls it.
                      drover explain stuck
    ! warn schema     DBOS tables at migration 114, of an SDK before 5.2: some of
                      what drover does is done in other ways there
                      update the application, whose launch migrates its tables
    ! warn listen     notifications do not arrive, for a pooler is in between:
                      drover polls
                      name the server itself with --listen-url
    ! warn privileges ada may read and start, not send or approve; it does not see
                      the sessions of others: whether workers live cannot be told
                      drover audit init --decider ada   # as the owner
    ! warn clock      the clock of the database is 5s behind
                      set both by the same time server: delays and deadlines are
                      in the time of whoever wrote them
    ! warn versions   the latest version of example is v9, which nobody runs; what
                      names no version waits for it
                      drover versions promote v1
    ! warn dead       1 workflow given up by DBOS after too many recoveries
                      drover explain dead
    ! warn unread     1 workflow ended with a message that nobody read
                      drover messages late
    ✓ ok   database   fake database: PostgreSQL 18.4, 0ms away
    ✓ ok   record     decisions are recorded
    ✓ ok   topics     no message is known to be on a wrong one
    ✓ ok   embedded   there is no embedded Postgres

    3 fail, 7 warn, 4 ok
    "
  `)
})

test('in a pipe it is a line each, and JSON has the same', async () => {
  const piped = await runCli('doctor', { store: createExampleStore(), now })
  expect(piped.stdout.split('\n')[0]?.split('\t')).toEqual([
    'ok',
    'database',
    expect.stringContaining('fake database'),
    '',
  ])
  const { stdout } = await runCli('doctor -o json', { store: createExampleStore(), now })
  expect(JSON.parse(stdout)).toHaveLength(14)
})

test('a database that does not answer is one failed line, and its own code', async () => {
  const error = new CliError('database-unreachable', 'Nobody answers.', { hint: 'drover config' })
  const run = await runCli('doctor', { failure: error })
  expect(run).toMatchObject({
    code: 69,
    stdout: expect.stringContaining('fail\tdatabase\tNobody answers.\tdrover config'),
  })
})

const linesOf = async (check: string, store: FakeStore) => {
  const { stdout } = await runCli('doctor -o json', { store, now })
  const lines: FindingLine[] = JSON.parse(stdout)
  return lines
    .filter((line) => line.check === check)
    .map(({ verdict, message, fix }) => [verdict, message, fix])
}
const longAgo = new Date(fakeEpoch.getTime() - 120_000)

test('what is stuck is said as explain says it, each cause on a line of its own', async () => {
  const enqueued = { status: 'ENQUEUED', createdAt: longAgo } as const
  const store = createFakeStore(
    [
      { ...enqueued, workflowId: 'noq', queue: 'nosuch' },
      { ...enqueued, workflowId: 'nov', queue: 'kids', version: 'v9' },
      { ...enqueued, workflowId: 'kid-1', queue: 'kids' },
      { ...enqueued, workflowId: 'kid-2', queue: 'kids' },
      { workflowId: 'nos', name: 'nosuchwf', queue: 'mails', executorId: 'w1', createdAt: longAgo },
    ],
    { executors: [worker], queues: ['kids', 'mails'] },
  )
  expect(await linesOf('stuck', store)).toEqual([
    [
      'fail',
      '1 workflow stuck on a queue, the oldest for 3m 00s: The queue "nosuch" is not registered, so no worker polls it.',
      'drover explain noq',
    ],
    [
      'fail',
      '1 workflow stuck on a queue, the oldest for 3m 00s: It is of version v9, which no live worker runs; they run v1.',
      'drover explain nov',
    ],
    [
      'fail',
      '2 workflows stuck on a queue, the oldest for 3m 00s: A worker is live that may take it, and does not: it does not poll the queue "kids".',
      'drover explain kid-1',
    ],
    [
      'warn',
      '1 workflow claimed and without a step: It runs its first step for 3m 00s, or its executor does not know the name: nobody ever recorded a step of nosuchwf.',
      'drover explain nos',
    ],
  ])
  for (const id of ['noq', 'nov', 'kid-1', 'nos']) {
    const { why } = JSON.parse((await runCli(`explain ${id} -o json`, { store, now })).stdout)
    expect(JSON.stringify(await linesOf('stuck', store))).toContain(JSON.stringify(why).slice(1, -1))
  }
})

test('a queue from which others are taken is polled', async () => {
  const store = createFakeStore(
    [
      { workflowId: 'late', status: 'ENQUEUED', queue: 'kids', createdAt: longAgo },
      { workflowId: 'taken', status: 'SUCCESS', queue: 'kids', startedAt: now },
    ],
    { executors: [worker], queues: ['kids'] },
  )
  expect(await linesOf('stuck', store)).toEqual([['ok', 'nothing is stuck', null]])
})

test('what no living worker can take over is explained, and recovered nowhere', async () => {
  const store = createFakeStore(
    [
      { workflowId: 'old', executorId: 'pod-1', version: 'v0' },
      { workflowId: 'older', executorId: 'pod-2', version: 'v0' },
      { workflowId: 'same', executorId: 'pod-3' },
    ],
    { executors: [worker], gone: ['pod-1', 'pod-2', 'pod-3'] },
  )
  expect(await linesOf('orphans', store)).toEqual([
    ['fail', '1 workflow of executors that are gone: pod-3', 'drover recover'],
    [
      'fail',
      '2 workflows of executors that are gone: pod-1, pod-2; nobody who lives runs their version v0',
      'drover explain old',
    ],
  ])
})

test('who cannot be seen is not said to be none', async () => {
  const store = createFakeStore([], { blind: true })
  const hidden = ['warn', expect.stringContaining('cannot be seen'), 'grant pg_read_all_stats to ada']
  expect(await linesOf('workers', store)).toEqual([hidden])
  expect(await linesOf('versions', store)).toEqual([hidden])
})

test('without a record of decisions it says what creates one', async () => {
  const store = createFakeStore([], { hasRecord: false, own: false })
  expect(await linesOf('record', store)).toEqual([
    ['warn', 'there is no record of decisions, so approve and reject are refused', 'drover audit init'],
  ])
  expect(await linesOf('record', createFakeStore([], { hasRecord: false, own: true }))).toEqual([
    ['ok', 'the first decision creates the record of decisions', null],
  ])
})

test('a role that decides and starts nothing is well', async () => {
  const clerk = { role: 'clerk', mayNot: ['start'] } as const
  expect(await linesOf('privileges', createFakeStore([], { health: clerk }))).toEqual([
    ['ok', 'clerk may read, send and approve, not start', null],
  ])
})

const asksForApproval = [
  { event: 'awaiting:approve', value: null },
  { event: 'awaiting:ship', value: { prompt: 'Ship it?' } },
  { recv: 'ship', timeoutSeconds: 3600 },
]

test('a message on another topic than the one waited for is seen, with the command that answers', async () => {
  const earlier = {
    workflowId: 'earlier',
    name: 'order',
    status: 'SUCCESS',
    did: [{ step: 'charge' }, { recv: 'paid', message: 'yes' }],
  } as const
  const waiting = {
    name: 'order',
    executorId: 'w1',
    did: [{ step: 'charge' }, { recv: 'paid', timeoutSeconds: 3600 }],
  }
  const store = createFakeStore(
    [
      earlier,
      { ...waiting, workflowId: 'order-1', unread: [{ topic: 'payed', message: { amount: 3 } }] },
      { ...waiting, workflowId: 'order-2', unread: [{ topic: 'paid', message: 1 }] },
      {
        workflowId: 'ship-1',
        name: 'shipping',
        executorId: 'w1',
        did: asksForApproval,
        unread: [{ topic: null, message: 'yes' }],
      },
    ],
    { executors: [worker] },
  )
  expect(await linesOf('topics', store)).toEqual([
    [
      'warn',
      'ship-1 waits for a message on topic ship; a message without a topic lies there unread',
      'drover approve ship-1#2',
    ],
    [
      'warn',
      'order-1 waits for a message on topic paid, as earlier runs did; a message on topic payed lies there unread',
      `drover send order-1 '{"amount":3}' --topic paid`,
    ],
  ])
  for (const [id, command] of [
    ['order-1', `drover send order-1 '{"amount":3}' --topic paid`],
    ['ship-1', 'drover approve ship-1#2'],
  ]) {
    const { stdout } = await runCli(`explain ${id} -o json`, { store, now })
    expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(command))
  }
})

test('a message that was sent ahead for a later step is no mistake', async () => {
  const store = createFakeStore(
    [
      {
        workflowId: 'earlier',
        name: 'shipping',
        status: 'SUCCESS',
        did: [{ recv: 'receipt', message: 1 }],
      },
      {
        workflowId: 'ship-1',
        name: 'shipping',
        executorId: 'w1',
        did: asksForApproval,
        unread: [
          { topic: 'receipt', message: 1 },
          { topic: 'approve', message: 1 },
        ],
      },
      { workflowId: 'busy', executorId: 'w1', unread: [{ topic: 'soon', message: 1 }] },
    ],
    { executors: [worker] },
  )
  expect(await linesOf('topics', store)).toEqual([['ok', 'no message is known to be on a wrong one', null]])
})
