import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

test.each([
  ['approve -', 'approve'],
  ['reject - --comment no', 'reject'],
  ['cancel -', 'cancel'],
  ['cancel - --yes --ledger steps.ledger', 'cancel'],
  ['resume -', 'resume'],
  ['fork - --from 0', 'fork'],
  ['rewind - --from 0', 'rewind'],
  ['delete -', 'delete'],
  ['recover -', 'recover'],
  ['recover - --watch', 'recover'],
])('nothing on stdin is nothing to do for what changes or decides: %s', async (line, verb) => {
  for (const stdin of ['', '\n', '\r\n\n']) {
    const store = createExampleStore()
    expect(await runCli(line, { store, stdin })).toEqual({
      code: 0,
      stdout: '',
      stderr: `Nothing to ${verb} in fake database: no id on stdin.\n`,
      frames: [],
      remembered: [],
    })
    expect([store.managed, store.decided]).toEqual([[], []])
  }
})

test.each(['approve -', 'cancel -', 'fork - --from 0', 'recover -'])(
  'in JSON that is an empty array: %s',
  async (line) => {
    const { code, stdout } = await runCli(`${line} -o json`, { store: createExampleStore(), stdin: '' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '[]\n' })
  },
)

test.each(['wait -', 'watch -'])('who waits for nothing is never green: %s', async (line) => {
  expect(await runCli(line, { store: createExampleStore(), stdin: '\n' })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'error: No id was given.\nhint: drover list -o ids\n',
  })
})

test.each([
  ['cancel', ''],
  ['approve', ''],
  ['recover', ''],
  ['cancel', '-', ''],
])('an id that was typed and is empty is no empty stdin: %s "%s"', async (...line) => {
  expect(await runCli(line, { store: createExampleStore(), stdin: '' })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No id was given.'),
  })
})

const odd = [' lead', 'trail ', '\ttab\t', '  ', 'two  blanks', 'für 日本']

test('ids with blanks at their edges survive -o ids and -', async () => {
  const create = () =>
    createFakeStore(odd.map((workflowId) => ({ workflowId, status: 'SUCCESS', output: 1 })))
  const { stdout } = await runCli('list -o ids', { store: create() })
  expect(stdout.split('\n').slice(0, -1).sort()).toEqual([...odd].sort())
  const waited = await runCli('wait -', { store: create(), stdin: stdout })
  expect(waited).toMatchObject({ code: 0, stderr: '' })
  expect(waited.stdout.split('\n')).toHaveLength(odd.length + 1)
  const deleted = await runCli('delete - --yes -o ids', {
    store: create(),
    stdin: stdout.replaceAll('\n', '\r\n'),
  })
  expect(deleted.code).toBe(0)
  expect(deleted.stdout.split('\n').sort()).toEqual(stdout.split('\n').sort())
})

test('an id with a line break is no line of -o ids, and stderr says so', async () => {
  const store = createFakeStore([
    { workflowId: 'a\nb', name: 'x' },
    { workflowId: 'c\rd', name: 'x' },
    { workflowId: 'e', name: 'x' },
  ])
  const stderr = 'warning: 2 ids with a line break left out; -o jsonl has every id.\n'
  expect(await runCli('list -o ids', { store })).toMatchObject({ code: 0, stdout: 'e\n', stderr })
  expect(await runCli('list -o ids', { store, isTerminal: true })).toMatchObject({ stdout: 'e\n', stderr })
  const cancelled = await runCli('cancel --name x --yes -o ids', { store })
  expect(cancelled.stdout).toBe('e\n')
  expect(cancelled.stderr).toContain('1 id with a line break left out')
})

const many = (count: number) =>
  createFakeStore(
    Array.from({ length: count }, (_, index) => ({
      workflowId: `w-${index}`,
      createdAt: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 3)),
      status: index % 2 === 0 ? ('SUCCESS' as const) : ('ERROR' as const),
    })),
  )

test('list -o ids in a pipe gives all that match, page by page', async () => {
  const store = many(2500)
  const { list } = store
  const limits: number[] = []
  const counting = Object.assign(store, {
    list: (query: Parameters<typeof list>[0]) => {
      limits.push(query.limit)
      return list(query)
    },
  })
  const lines = async (line: string, isTerminal = false) =>
    (await runCli(line, { store: counting, isTerminal })).stdout.trim().split('\n')
  const all = await lines('list -o ids')
  expect([all.length, new Set(all).size, all[0], all.at(-1)]).toEqual([2500, 2500, 'w-2499', 'w-0'])
  expect(limits).toEqual([1000, 1000, 1000])
  expect(await lines('list -o ids --sort oldest')).toEqual(all.toReversed())
  expect(await lines('list -o ids --status ERROR')).toHaveLength(1250)
  expect(await lines('list -o ids --after w-1500')).toHaveLength(1500)
  expect(await lines('list -o ids --limit 30')).toHaveLength(30)
  expect(await lines('list -o ids --limit 2000')).toHaveLength(2000)
  expect(await lines('list -o ids', true)).toHaveLength(20)
  expect(JSON.parse((await runCli('list -o json', { store })).stdout)).toHaveLength(20)
})

test('what nobody reads on is not read on', async () => {
  const stop = new AbortController()
  const store = many(2500)
  const { list } = store
  let reads = 0
  Object.assign(store, {
    list: async (query: Parameters<typeof list>[0]) => {
      reads += 1
      if (reads === 2) stop.abort('SIGPIPE')
      return list(query)
    },
  })
  expect(await runCli('list -o ids', { store, interrupt: stop.signal })).toMatchObject({
    code: 0,
    stderr: '',
  })
  expect(reads).toBe(2)
})
