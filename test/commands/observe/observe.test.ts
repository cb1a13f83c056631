import { expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

test('list is a table on a terminal', async () => {
  const { stdout } = await runCli('list --limit 3', { store: createExampleStore(), isTerminal: true })
  expect(stdout).toMatchInlineSnapshot(`
    "ID       NAME           STATE                             AGE  BY
    running  orderWorkflow  ✗ executor gone → drover recover   1m  drover-test
    queued   orderWorkflow  ○ enqueued: no worker of example   1m  slow
    failed   orderWorkflow  ✗ TypeError: x is not a function   1m  drover-test
    "
  `)
})

test('list says when there are more', async () => {
  const { stderr } = await runCli('list --limit 3', { store: createExampleStore() })
  expect(stderr).toBe('The newest 3; --limit shows more, --after failed the next.\n')
  expect((await runCli('list --limit 8', { store: createExampleStore() })).stderr).toBe('')
})

test('list is full values between tabs in a pipe', async () => {
  const { stdout } = await runCli('list --status SUCCESS', { store: createExampleStore() })
  expect(stdout).toMatchInlineSnapshot(`
    "done	orderWorkflow	SUCCESS	2026-01-02T03:04:05.000Z	50ms		drover-test	example	v1
    "
  `)
})

test('list -o json keeps to the documented shape', async () => {
  const { stdout } = await runCli('list -o json --status SUCCESS', { store: createExampleStore() })
  expect(stdout).toMatchInlineSnapshot(`
    "[
      {
        "workflowId": "done",
        "name": "orderWorkflow",
        "className": null,
        "configName": null,
        "status": "SUCCESS",
        "queue": null,
        "application": "example",
        "version": "v1",
        "executorId": "drover-test",
        "createdAt": "2026-01-02T03:04:05.000Z",
        "startedAt": "2026-01-02T03:04:05.000Z",
        "completedAt": "2026-01-02T03:04:05.050Z",
        "recoveryAttempts": 1,
        "parentId": null,
        "forkedFrom": null,
        "error": null,
        "children": null,
        "waits": [],
        "state": {
          "cause": "succeeded",
          "stuck": false,
          "since": null,
          "until": null
        }
      }
    ]
    "
  `)
})

test('list -o ids is ids and nothing else', async () => {
  const { stdout } = await runCli('list -o ids --status ERROR --status CANCELLED', {
    store: createExampleStore(),
  })
  expect(stdout).toBe('failed\ncancelled\n')
})

test('an empty list is no error, and says where it looked', async () => {
  expect(await runCli('list --name nope', { store: createExampleStore() })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'No workflow in fake database: name nope.\n',
  })
  expect((await runCli('list --name nope -o json', { store: createExampleStore() })).stdout).toBe('[]\n')
})

test('get shows a workflow on one screen', async () => {
  const { stdout } = await runCli('get asking', { store: createExampleStore(), isTerminal: true })
  expect(stdout).toMatchInlineSnapshot(`
    "● PENDING  orderWorkflow
    id           asking
    input        []
    created      2026-01-02 03:04:05Z  1m ago
    started      2026-01-02 03:04:05Z  1m ago
    executor     drover-test
    application  example
    version      v1
    stuck        executor drover-test is not connected   drover recover asking

    waits
      Ship it?  for 59s, 1m 00s left
      drover approve asking#1

    events
      EVENT           VALUE                 PUBLISHED
      awaiting:legal  {prompt: "Ship it?"}    59s ago
    "
  `)
})

test('get -o json keeps to the documented shape', async () => {
  const { stdout } = await runCli('get failed -o json', { store: createExampleStore() })
  expect(stdout).toMatchInlineSnapshot(`
    "{
      "workflowId": "failed",
      "name": "orderWorkflow",
      "className": null,
      "configName": null,
      "status": "ERROR",
      "queue": null,
      "application": "example",
      "version": "v1",
      "executorId": "drover-test",
      "createdAt": "2026-01-02T03:04:05.000Z",
      "startedAt": "2026-01-02T03:04:05.000Z",
      "completedAt": "2026-01-02T03:04:05.000Z",
      "recoveryAttempts": 1,
      "input": [],
      "output": null,
      "error": {
        "name": "TypeError",
        "message": "x is not a function"
      },
      "parentId": null,
      "forkedFrom": null,
      "forks": [],
      "attributes": null,
      "schedule": null,
      "user": null,
      "priority": 0,
      "partition": null,
      "deduplicationId": null,
      "timeoutMs": null,
      "deadlineAt": null,
      "delayedUntil": null
    }
    "
  `)
})

test.each(['get', 'steps', 'events', 'stream', 'messages', 'watch', 'wait', 'send', 'approve'])(
  '%s of an unknown workflow is 4, at once',
  async (command) => {
    const message = command === 'send' ? ['x'] : []
    const run = await runCli([command, 'nope', ...message], { store: createExampleStore() })
    expect(run).toMatchObject({
      code: 4,
      stdout: '',
      stderr: 'error: There is no workflow "nope" in fake database.\nhint: drover list\n',
    })
  },
)

test('an error is one JSON object where JSON was asked for', async () => {
  const { stderr } = await runCli('get nope -o json', { store: createExampleStore() })
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'workflow-not-found',
      message: 'There is no workflow "nope" in fake database.',
      hint: 'drover list',
      exitCode: 4,
    },
  })
})

test('the start of a UUID is enough to read, not to change', async () => {
  const uuid = '0192b7a1-1111-4222-8333-444444444444'
  const uuids = createFakeStore([{ workflowId: uuid }])
  expect((await runCli('get 0192b7a1 -o json', { store: uuids })).stdout).toContain(uuid)
  expect((await runCli('send 0192b7a1 x', { store: uuids })).code).toBe(4)
  const two = createFakeStore([{ workflowId: uuid }, { workflowId: uuid.replace('1111', '2222') }])
  expect(await runCli('get 0192b7a1', { store: two })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Several workflows start with'),
  })
})

test('@last is the newest workflow that this user started, and is echoed', async () => {
  const run = await runCli('events @last progress', { store: createExampleStore(), lastStarted: 'done' })
  expect(run).toMatchObject({ code: 0, stdout: '100\n', stderr: '@last is done\n' })
  expect((await runCli('get @last', { store: createExampleStore() })).code).toBe(4)
})

test('an event that is not there says what could be done', async () => {
  const hintOf = async (line: string) =>
    (await runCli(line, { store: createExampleStore() })).stderr.split('\n')[1]
  expect(await hintOf('events done progres')).toBe('hint: did you mean: drover events done progress')
  expect(await hintOf('events running x')).toBe('hint: wait for it: drover events running x --wait')
  expect(await hintOf('events done zzz')).toBe('hint: it published: progress')
})

test('stream prints the values alone, and tells on stderr how it stands', async () => {
  expect(await runCli('stream done', { store: createExampleStore() })).toMatchObject({
    code: 0,
    stdout: 'hello\n{"line":2}\n',
    stderr: 'log: 2 values, closed (next offset 2)\n',
  })
  expect((await runCli('stream done log -o jsonl', { store: createExampleStore() })).stdout).toBe(
    '{"workflowId":"done","key":"log","offset":0,"value":"hello"}\n{"workflowId":"done","key":"log","offset":1,"value":{"line":2}}\n',
  )
  expect(await runCli('stream done lgo', { store: createExampleStore() })).toMatchObject({
    code: 4,
    stderr: 'error: done has no stream "lgo".\nhint: did you mean: drover stream done log\n',
  })
})

test('watch in a pipe is a line for each change, and ends as the workflow did', async () => {
  const run = await runCli('watch done', { store: createExampleStore() })
  expect(run.stdout).toMatchInlineSnapshot(`
    "03:04:05.000Z ● PENDING orderWorkflow on drover-test
    03:04:05.010Z step 0 charge 10ms
    03:04:05.020Z event progress = 100
    03:04:05.030Z stream log 0: hello
    03:04:05.040Z stream log 1: {line: 2}
    03:04:05.050Z stream log closed
    03:04:05.050Z ✓ orderWorkflow ended SUCCESS after 50ms: {total: 3}
    "
  `)
  expect((await runCli('watch failed', { store: createExampleStore() })).code).toBe(1)
  expect((await runCli('watch cancelled', { store: createExampleStore() })).code).toBe(6)
  expect((await runCli('watch dead done', { store: createExampleStore() })).code).toBe(7)
})

test('watch --children on a terminal: below each child what it did, and how it ended', async () => {
  const store = createFakeStore([
    {
      workflowId: 'top',
      name: 'resizeAll',
      status: 'SUCCESS',
      did: [{ child: 'top-0', name: 'resizeOne' }],
    },
    { workflowId: 'top-0', name: 'resizeOne', parentId: 'top', status: 'SUCCESS', output: { url: 's3://0' } },
  ])
  const last = async (line: string) => (await runCli(line, { store, isTerminal: true })).stdout
  expect(await last('watch top --children')).toContain('{url: "s3://0"}')
  expect(await last('watch top')).not.toContain('s3://0')
})

test('watch -o jsonl is one object for each change, each with a cursor', async () => {
  const { stdout } = await runCli('watch done -o jsonl', { store: createExampleStore() })
  const changes = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(changes.map(({ type }) => type).filter((type) => type !== 'step')).toEqual([
    'status',
    'event',
    'stream',
    'stream',
    'stream-closed',
    'status',
  ])
  const third = await runCli(['watch', 'done', '-o', 'jsonl', '--from', changes[2].cursor], {
    store: createExampleStore(),
  })
  expect(third.stdout).toBe(stdout.split('\n').slice(3).join('\n'))
})

test.each([
  ['done', 0],
  ['failed', 1],
  ['dead', 7],
])('watch that goes on after the end of what %s has its code, %d', async (id, code) => {
  const store = createExampleStore()
  const { stdout } = await runCli(['watch', id, '-o', 'jsonl'], { store })
  const { cursor } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  const after = await runCli(['watch', id, '-o', 'jsonl', '--from', cursor], { store })
  expect(after).toMatchObject({ code, stdout: '', stderr: '' })
})

test('a workflow that is deleted while it is watched is 4', async () => {
  const example = createExampleStore()
  let isDeleted = false
  const store: Store = {
    ...example,
    get: async (id) => (isDeleted ? undefined : example.get(id)),
    follow: async function* (_, options) {
      isDeleted = true
      yield* example.follow([], options)
    },
  }
  expect(await runCli('watch running', { store })).toMatchObject({
    code: 4,
    stderr: 'Somebody deleted running.\n',
  })
})

test('watch --timeout is 124, and says how to come back', async () => {
  expect(await runCli('watch running --timeout 20ms', { store: createExampleStore() })).toMatchObject({
    code: 124,
    stderr: 'Time ran out. The workflow goes on; to come back: drover watch running\n',
  })
})

test('ctrl-c detaches', async () => {
  const example = createExampleStore()
  const interrupt = new AbortController()
  const store = {
    ...example,
    follow: (...args: Parameters<typeof example.follow>) => {
      interrupt.abort('SIGINT')
      return example.follow(...args)
    },
  }
  expect(await runCli('watch running', { store, interrupt: interrupt.signal })).toMatchObject({
    code: 130,
    stderr: 'Detached. The workflow goes on; to come back: drover watch running\n',
  })
})

test('steps of a long workflow: both ends on a terminal, all of them in a pipe, a range where one is asked for', async () => {
  const did = Array.from({ length: 1200 }, (_, step) => ({ step: `work-${step}` }))
  const store = createFakeStore([{ workflowId: 'long', did }])
  const screen = await runCli('steps long', { store, isTerminal: true })
  expect(screen.stdout).toContain('work-19 ')
  expect(screen.stdout).not.toContain('work-20 ')
  expect(screen.stdout).toContain('work-1180')
  expect(screen.stderr).toBe(
    '1200 steps, of which the first 20 and the last 20 are shown; --from 20 --limit 1000 shows others, -o jsonl all.\n',
  )
  const ids = async (line: string) => (await runCli(line, { store })).stdout.trim().split('\n')
  expect(await ids('steps long -o ids')).toHaveLength(1200)
  expect(await ids('steps long -o ids --from 1100 --limit 3')).toEqual(['1100', '1101', '1102'])
  expect(await ids('steps long -o ids --last 2')).toEqual(['1198', '1199'])
  expect(JSON.parse((await runCli('steps long -o json', { store })).stdout)).toHaveLength(1200)
  expect((await runCli('steps long --last 2 --from 1', { store })).code).toBe(2)
})
