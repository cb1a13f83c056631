import { expect, test } from 'vitest'
import { createFakeStore, type FakeStore } from '../../support/fake-store.ts'
import { oneLook } from '../../support/patience.ts'
import { runCli } from '../../support/run-cli.ts'
import { waitUntil } from '../../support/wait-until.ts'

const tokens = ['The', ' quick', ' fox'].map((value) => ({ stream: 'tokens', value }))

/** With `followed`: somebody follows it by now; and how often its streams were looked at. */
function createStore() {
  const store = createFakeStore([
    { workflowId: 'live', did: [...tokens, { stream: 'log', value: { line: 1 } }] },
    { workflowId: 'quiet' },
    { workflowId: 'closed', did: [...tokens, { closeStream: 'tokens' }] },
    { workflowId: 'left-open', status: 'SUCCESS', did: tokens },
  ])
  let reads = 0
  let begin = () => {}
  const followed = new Promise<void>((resolve) => {
    begin = resolve
  })
  return {
    ...store,
    followed,
    reads: () => reads,
    streamKeys: async (id: string) => {
      reads += 1
      return store.streamKeys(id)
    },
    follow: (...asked: Parameters<FakeStore['follow']>) => {
      begin()
      return store.follow(...asked)
    },
  }
}

test('from an offset, and the last so many', async () => {
  const store = createStore()
  expect(await runCli('stream live tokens --from 2', { store })).toMatchObject({
    code: 0,
    stdout: ' fox\n',
    stderr: 'tokens: 1 value so far; to go on: drover stream live tokens --follow --from 3\n',
  })
  expect((await runCli('stream closed tokens --last 2', { store })).stdout).toBe(' quick\n fox\n')
  expect(
    (await runCli('stream closed tokens --last 99 -o jsonl', { store })).stdout.split('\n'),
  ).toHaveLength(4)
  expect(await runCli('stream closed tokens --last 2 --from 1', { store })).toMatchObject({
    code: 2,
    stdout: '',
  })
})

test('-r prints strings without quotes, a line each, also on a terminal', async () => {
  const store = createStore()
  expect(await runCli('stream closed tokens -r', { store })).toMatchObject({
    code: 0,
    stdout: 'The\n quick\n fox\n',
  })
  expect((await runCli('stream closed tokens -r', { store, isTerminal: true })).stdout).toContain(
    '\n quick\n',
  )
  expect(await runCli('stream closed -r -o json', { store })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--raw-string cannot be combined with -o json.'),
  })
})

test('raw strings run on, whatever else there is is a line', async () => {
  const store = createStore()
  expect((await runCli('stream closed --raw', { store })).stdout).toBe('The quick fox')
  expect((await runCli('stream closed --raw', { store, isTerminal: true })).stdout).toBe('The quick fox\n')
  expect((await runCli('stream live log --raw', { store })).stdout).toBe('{"line":1}\n')
  expect(await runCli('stream live --raw', { store })).toMatchObject({
    code: 2,
    stderr: 'error: --raw prints one stream.\nhint: name one of: log, tokens; drover stream --help\n',
  })
  expect((await runCli('stream quiet --raw', { store })).code).toBe(2)
  expect((await runCli('stream closed --raw -o jsonl', { store })).code).toBe(2)
})

test('a character that values share is written whole', async () => {
  const [astronaut, rocket] = ['👩\u200d🚀', '🚀']
  const halves = [...astronaut, ...rocket.split('')].map((value) => ({ stream: 'tokens', value }))
  const store = createFakeStore([{ workflowId: 'live', did: halves }])
  const run = runCli('stream live tokens --raw --follow', { store, isTerminal: true })
  store.end('live', 'SUCCESS')
  expect((await run).stdout).toBe(`${astronaut}${rocket}\n`)
})

test('a time-out without anything to wait for is refused', async () => {
  const store = createStore()
  expect((await runCli('stream live tokens --timeout 1s', { store })).code).toBe(2)
  expect((await runCli('events live --timeout 1s', { store })).code).toBe(2)
  expect((await runCli('start order --timeout 1s', { store })).code).toBe(2)
})

test('what is raw cannot act on a terminal, and reaches a pipe as it is', async () => {
  const store = createFakeStore([
    { workflowId: 'bad', status: 'SUCCESS', did: [{ stream: 'tokens', value: 'a\u001b[2Jb\nc' }] },
  ])
  expect((await runCli('stream bad --raw', { store, isTerminal: true })).stdout).toBe('a␛[2Jb\nc\n')
  expect((await runCli('stream bad --raw', { store })).stdout).toBe('a\u001b[2Jb\nc')
})

test('following ends when the named streams are closed, whatever else goes on', async () => {
  const store = createStore()
  const run = runCli('stream live tokens log --follow --from 1', { store })
  await store.followed
  store.run('live', { stream: 'tokens', value: '!' }, { closeStream: 'tokens' })
  store.run('live', { stream: 'log', value: 'bye' }, { closeStream: 'log' })
  expect(await run).toMatchObject({
    code: 0,
    stdout: 'tokens\t quick\ntokens\t fox\ntokens\t!\nlog\tbye\n',
    stderr: 'log: 1 value, closed (next offset 2)\ntokens: 3 values, closed (next offset 4)\n',
  })
})

test('following a stream that is closed prints it and ends', async () => {
  expect(await runCli('stream closed tokens --follow --from 3', { store: createStore() })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'tokens: 0 values, closed (next offset 3)\n',
  })
})

test('a workflow that ends without closing its stream, and a time that runs out, each say so', async () => {
  const store = createStore()
  const run = runCli('stream live tokens --follow -o jsonl --last 1', { store })
  await store.followed
  store.run('live', { stream: 'tokens', value: '!' })
  store.end('live', 'SUCCESS')
  expect(await run).toMatchObject({
    code: 0,
    stdout:
      '{"workflowId":"live","key":"tokens","offset":2,"value":" fox"}\n{"workflowId":"live","key":"tokens","offset":3,"value":"!"}\n',
    stderr: 'tokens: 2 values, not closed: live ended SUCCESS (next offset 4)\n',
  })
  expect((await runCli('stream left-open tokens --follow', { store })).stderr).toBe(
    'tokens: 3 values, not closed: left-open ended SUCCESS (next offset 3)\n',
  )
  expect(await runCli('stream quiet --follow --timeout 20ms', { store: createStore() })).toMatchObject({
    code: 124,
    stdout: '',
    stderr: 'quiet has streamed nothing yet; to come back: drover stream quiet --follow\n',
  })
  expect(
    await runCli(`stream live tokens --follow --timeout ${oneLook()}`, { store: createStore() }),
  ).toMatchObject({
    code: 124,
    stdout: 'The\n quick\n fox\n',
    stderr: 'tokens: 3 values so far, time ran out; to go on: drover stream live tokens --follow --from 3\n',
  })
})

test('a mistyped key is warned of at once while following, and is not found in the end', async () => {
  const store = createStore()
  const run = runCli('stream live tokns other --follow', { store })
  await store.followed
  store.end('live', 'SUCCESS')
  expect(await run).toMatchObject({
    code: 4,
    stderr: [
      'warning: live has no stream "tokns" yet; did you mean "tokens"?',
      'warning: live has no stream "other" yet; it streams: log, tokens.',
      'error: live has no stream "tokns".',
      'hint: did you mean: drover stream live tokens\n',
    ].join('\n'),
  })
})

test('a mistyped key is warned of also when the others appear later', async () => {
  const store = createStore()
  const interrupt = new AbortController()
  const run = runCli('stream quiet tokns --follow', { store, interrupt: interrupt.signal })
  await store.followed
  store.run('quiet', { stream: 'tokens', value: 'x' })
  const reads = store.reads()
  await waitUntil('it has looked again', () => store.reads() > reads)
  interrupt.abort('SIGINT')
  expect(await run).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('warning: quiet has no stream "tokns" yet; did you mean "tokens"?'),
  })
})
