import { expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const minute = (number: number) => new Date(Date.UTC(2026, 0, 2, 3, number))
const orders = () =>
  createFakeStore([
    { workflowId: 'a', name: 'order', createdAt: minute(1), status: 'SUCCESS', output: { total: 'Cafe' } },
    { workflowId: 'b', name: 'order', createdAt: minute(2), attributes: { region: 'eu' } },
    { workflowId: 'c', name: 'mail', createdAt: minute(3), parentId: 'b', queue: 'mails' },
    { workflowId: 'd', name: 'mail', createdAt: minute(4), version: 'v2', executorId: 'pod-1' },
  ])
const ids = async (options: string) =>
  (await runCli(`list -o ids ${options}`, { store: orders() })).stdout.trim()

test.each([
  ['--name order', 'b\na'],
  ['--status SUCCESS', 'a'],
  ['--queue mails', 'c'],
  ['--parent b', 'c'],
  ['--app-version v2', 'd'],
  ['--executor pod-1', 'd'],
  ['--attr region=eu', 'b'],
  ['--search cafe', 'a'],
  ['--since 2026-01-02T03:02:00Z --until 2026-01-02T03:04:00Z', 'c\nb'],
  ['--name mail --status SUCCESS', ''],
  ['--sort oldest --limit 2', 'a\nb'],
  ['--limit 2 --after c', 'b\na'],
  ['--sort oldest --after b', 'c\nd'],
])('list %s', async (options, expected) => {
  expect(await ids(options)).toBe(expected)
})

test('what is no time, no column and no workflow to go on after is told', async () => {
  const store = orders()
  expect((await runCli('list --since tomorrow', { store })).stderr).toContain('"tomorrow" is not a time.')
  expect((await runCli('list --columns id,size', { store })).stderr).toContain('There is no column "size".')
  expect((await runCli('list --after nobody', { store })).code).toBe(4)
})

test('--columns are those, in that order, in a pipe and on a terminal', async () => {
  const piped = await runCli('list --columns status,id --limit 1', { store: orders() })
  expect(piped.stdout).toBe('PENDING\td\n')
  const shown = await runCli('list --columns status,id,version', { store: orders(), isTerminal: true })
  expect(shown.stdout).toMatchInlineSnapshot(`
    "STATUS     ID  VERSION
    ● PENDING  d   v2
    ● PENDING  b   v1
    ✓ SUCCESS  a   v1
    "
  `)
})

test('--executor takes what lists show of it, where that is one executor', async () => {
  const [one, other] = [
    'drover-1d0098cb-aaaa-4bbb-8ccc-1234567890ab',
    'drover-1d0098cc-aaaa-4bbb-8ccc-1234567890ab',
  ]
  const store = createFakeStore([
    { workflowId: 'a', executorId: one },
    { workflowId: 'b', executorId: other },
    { workflowId: 'c', executorId: 'pod-1' },
    { workflowId: 'd', executorId: 'worker-of-orders-10' },
  ])
  const ids = async (line: string) => {
    const { code, stdout, stderr } = await runCli(line, { store })
    return { code, stdout, stderr }
  }
  expect(await ids('list -o ids --executor drover-1d0098cb')).toEqual({
    code: 0,
    stdout: 'a\n',
    stderr: `drover-1d0098cb is ${one}\n`,
  })
  expect((await ids('cancel -o ids --yes --executor drover-1d0098cc')).stdout).toBe('b\n')
  expect(await ids('list -o ids --executor drover-1d0098')).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: Several executors begin with "drover-1d0098".\nhint: give more of it: ${one}, ${other}; drover list --help\n`,
  })
  expect(await ids('list -o ids --executor pod-1')).toEqual({ code: 0, stdout: 'c\n', stderr: '' })
  expect((await ids('list -o ids --executor pod')).stdout).toBe('')
  expect((await ids('cancel -o ids --yes --executor worker-of-orders-1')).stdout).toBe('')
})

test('took is how long it took, in a pipe to the millisecond', async () => {
  const at = (ms: number) => new Date(Date.UTC(2026, 0, 2) + ms)
  const store = createFakeStore([
    { workflowId: 'a', status: 'SUCCESS', createdAt: at(0), completedAt: at(61_234) },
    { workflowId: 'b', createdAt: at(1) },
  ])
  const { stdout } = await runCli('list --columns id,took --sort oldest', { store })
  expect(stdout).toBe('a\t61234ms\nb\t\n')
})

test('--count-by counts, the most frequent first', async () => {
  const { stdout } = await runCli('list --count-by name', { store: orders(), isTerminal: true })
  expect(stdout).toMatchInlineSnapshot(`
    "COUNT  NAME
        2  mail
        2  order
    "
  `)
  const json = await runCli('list --count-by queue -o jsonl', { store: orders() })
  expect(json.stdout).toBe('{"value":null,"count":3}\n{"value":"mails","count":1}\n')
})

test('--watch draws again until ctrl-c, and only on a terminal', async () => {
  const store = orders()
  const stop = new AbortController()
  const slept = new Proxy<number[]>([], {
    get: (list, key) => {
      if (key === 'push') {
        store.end('b', 'CANCELLED')
        if (list.length++ === 1) stop.abort('SIGINT')
        return () => 0
      }
      return Reflect.get(list, key)
    },
  })
  const { frames, code } = await runCli('list --watch --columns id,status', {
    store,
    isTerminal: true,
    interrupt: stop.signal,
    slept,
  })
  expect(code).toBe(0)
  expect(frames).toHaveLength(2)
  expect(frames[0]?.join()).toContain('b   ● PENDING')
  expect(frames[1]?.join()).toContain('b   ⊘ CANCELLED')
  expect((await runCli('list --watch', { store })).code).toBe(2)
})

test('get tells where a workflow comes from, and the causes of its error', async () => {
  const store = createFakeStore([
    {
      workflowId: 'copy',
      parentId: 'parent',
      forkedFrom: 'original',
      attributes: { region: 'eu' },
      status: 'ERROR',
      error: {
        name: 'OrderError',
        message: 'cannot ship',
        cause: { name: 'TypeError', message: 'no address', cause: 'a typo' },
      },
    },
    { workflowId: 'copy-2', forkedFrom: 'copy' },
  ])
  const { stdout } = await runCli('get copy', { store, isTerminal: true })
  expect(stdout).toMatchInlineSnapshot(`
    "✗ ERROR  exampleWorkflow
    id           copy
    input        []
    error        OrderError: cannot ship
                 caused by TypeError: no address
                 caused by a typo
    created      2026-01-02 03:04:05Z  1m ago
    started      2026-01-02 03:04:05Z  1m ago
    completed    2026-01-02 03:04:05Z  1m ago
    took         0ms
    executor     drover-test
    application  example
    version      v1
    attributes   {region: "eu"}
    parent       parent
    forked from  original
    forks        copy-2
    "
  `)
})

test('steps --timeline draws when each one ran, and cuts waits short', async () => {
  const { stdout } = await runCli('steps answered --timeline', {
    store: createExampleStore(),
    isTerminal: true,
    columns: 60,
  })
  expect(stdout).toMatchInlineSnapshot(`
    "                  0ms             ╷10ms
    0  DBOS.setEvent  ████████████████                      10ms
    1  DBOS.recv                      ┄┄┄┄                  10ms
    3  ship                               ████████████████  10ms
    waited 10ms in all; the axis is shorter there
    "
  `)
})
