import { expect, test } from 'vitest'
import { CliError } from '../../src/core/errors.ts'
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

test.each(['wait -', 'watch -', 'get -', 'get - -o json', 'explain -', 'result -', 'result - -r'])(
  'who waits for nothing is never green: %s',
  async (line) => {
    expect(await runCli(line, { store: createExampleStore(), stdin: '\n' })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('No id was given.'),
    })
  },
)

const ended = () =>
  createFakeStore([
    { workflowId: 'a', name: 'one', status: 'SUCCESS', output: { n: 1 } },
    { workflowId: 'b', name: 'two', status: 'ERROR' },
    { workflowId: 'c', name: 'three', status: 'SUCCESS', output: 'text' },
    { workflowId: 'd', name: 'four', status: 'PENDING' },
  ])

test.each([
  ['a\nc\n', 0, ''],
  ['a\nb\nc', 1, 'b: two ended ERROR'],
  ['a\nd\nc', 9, 'd is PENDING and has no result yet.'],
  ['a\nnope\nb\nd\nc', 4, 'There is no workflow "nope" in fake database.'],
])('results of what is on stdin are a line each, and the worst code: %j', async (stdin, code, told) => {
  const lines = ['{"workflowId":"a","value":{"n":1}}', '{"workflowId":"c","value":"text"}']
  for (const format of ['', ' -r', ' -o jsonl', ' -o json']) {
    const done = await runCli(`result -${format}`, { store: ended(), stdin })
    expect(done.code).toBe(code)
    if (format === ' -o json') expect(JSON.parse(done.stdout)).toEqual(lines.map((line) => JSON.parse(line)))
    else expect(done.stdout).toBe(`${lines.join('\n')}\n`)
    if (!format.startsWith(' -o')) expect(done.stderr).toContain(told)
    else for (const line of done.stderr.trim().split('\n')) if (line) JSON.parse(line)
  }
})

test('an assertion on results is about each of them', async () => {
  const done = await runCli(['result', '-', '--assert', 'n==`1`'], { store: ended(), stdin: 'a\nc' })
  expect(done).toMatchObject({ code: 5, stderr: expect.stringContaining('c') })
  expect(done.stdout.split('\n')).toHaveLength(3)
})

test.each(['get', 'explain'])('%s shows a section for each id on stdin', async (command) => {
  const alone = async (id: string) => (await runCli([command, id], { store: ended() })).stdout
  const given = { store: ended(), stdin: 'a\nnope\nd\n' }
  const done = await runCli(`${command} -`, given)
  expect(done.code).toBe(4)
  expect(done.stdout).toBe(`${await alone('a')}\n${await alone('d')}`)
  expect(done.stderr).toContain('There is no workflow "nope" in fake database.')
  const json = await runCli(`${command} - -o json`, given)
  const jsonl = await runCli(`${command} - -o jsonl`, given)
  const each = jsonl.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(JSON.parse(json.stdout)).toEqual(each)
  expect(each.map(({ workflowId }) => workflowId)).toEqual(['a', 'd'])
  expect([json.code, jsonl.code]).toEqual([4, 4])
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'workflow-not-found', exitCode: 4 } })
  const one = await runCli(`${command} - -o json`, { store: ended(), stdin: 'a\n' })
  expect(JSON.parse(one.stdout)).toHaveLength(1)
  const typed = await runCli([command, 'a', '-o', 'json'], { store: ended() })
  expect(JSON.parse(typed.stdout)).toMatchObject({ workflowId: 'a' })
})

test('get passes ids on, and stops where nobody reads on', async () => {
  expect(await runCli('get - -o ids', { store: ended(), stdin: 'a\nd' })).toMatchObject({ stdout: 'a\nd\n' })
  const stop = new AbortController()
  const store = ended()
  const { steps } = store
  Object.assign(store, {
    steps: (id: string) => {
      stop.abort('SIGPIPE')
      return steps(id)
    },
  })
  const done = await runCli('get -', { store, stdin: 'a\nb\nc', interrupt: stop.signal })
  expect(done).toMatchObject({ code: 0, stderr: '' })
  expect(done.stdout).not.toContain('three')
})

test('a database that is lost is told once, not for each id', async () => {
  const store = Object.assign(ended(), {
    get: async () => {
      throw new CliError('connection-lost', 'It is lost.')
    },
  })
  const done = await runCli('get -', { store, stdin: 'a\nb\nc' })
  expect(done).toMatchObject({ code: 69, stdout: '', stderr: 'error: It is lost.\n' })
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
