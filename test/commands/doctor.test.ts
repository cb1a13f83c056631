import { expect, test } from 'vitest'
import { CliError } from '../../src/core/errors.ts'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { fakeEpoch } from '../support/fake-workflow.ts'
import { runCli } from '../support/run-cli.ts'

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
    ✓ ok   clock      the database and this machine agree on the time
    ✓ ok   workers    1 live: w1
    ✓ ok   versions   v1
    ✓ ok   orphans    every running workflow has its executor
    ✓ ok   stuck      nothing waits in vain
    ✓ ok   dead       none
    ✓ ok   unread     none
    ✓ ok   embedded   there is no embedded Postgres
    "
  `)
})

test('what is not well has its mend below, and a fail is 5', async () => {
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
        notWritable: ['notifications'],
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
    "✓ ok   database   fake database: PostgreSQL 18.4, 0ms away
    ! warn schema     DBOS tables at migration 114, of an SDK before 5.2: some of
                      what drover does is done in other ways there
                      update the application, whose launch migrates its tables
    ! warn listen     notifications do not arrive, for a pooler is in between:
                      drover polls
                      name the server itself with --listen-url
    ! warn privileges ada may read, and may not write notifications: no start,
                      send or approve
                      grant insert, update on those tables to ada
    ! warn clock      the clock of the database is 5s behind
                      set both by the same time server: delays and deadlines are
                      in the time of whoever wrote them
    ✗ fail workers    connected and silent: stopped
                      drover workers
    ! warn versions   the latest version of example is v9, which nobody runs; what
                      names no version waits for it
                      drover versions promote v1
    ✗ fail orphans    1 workflow of executors that are gone: local
                      drover recover
    ✗ fail stuck      1 workflow in vain on a queue, the oldest for 2m 00s: The
                      queue "nowhere" is not registered, so no worker polls it.
                      drover explain stuck
    ! warn dead       1 workflow given up by DBOS after too many recoveries
                      drover explain dead
    ! warn unread     1 workflow ended with a message that nobody read
                      drover messages late
    ✓ ok   embedded   there is no embedded Postgres
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
  expect(JSON.parse(stdout)).toHaveLength(12)
})

test('a database that does not answer is one failed line, and its own code', async () => {
  const error = new CliError('database-unreachable', 'Nobody answers.', { hint: 'drover config' })
  const run = await runCli('doctor', { failure: error })
  expect(run).toMatchObject({
    code: 69,
    stdout: expect.stringContaining('fail\tdatabase\tNobody answers.\tdrover config'),
  })
})
