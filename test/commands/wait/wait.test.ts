import { describe, expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { oneLook } from '../../support/patience.ts'
import { runCli } from '../../support/run-cli.ts'

test('the result alone is on stdout', async () => {
  expect(await runCli('wait done', { store: createExampleStore() })).toMatchObject({
    code: 0,
    stdout: '{\n  "total": 3\n}\n',
    stderr: '',
  })
})

test.each([
  ['failed', 1, 'orderWorkflow ended ERROR after 0ms: TypeError: x is not a function\n'],
  ['cancelled', 6, 'orderWorkflow ended CANCELLED after 0ms\n'],
  ['dead', 7, 'orderWorkflow ended MAX_RECOVERY_ATTEMPTS_EXCEEDED after 0ms\n'],
])('a workflow that %s is %d, with the reason', async (id, code, stderr) => {
  expect(await runCli(['wait', id], { store: createExampleStore() })).toMatchObject({
    code,
    stdout: '',
    stderr: `${stderr}hint: drover explain ${id}\n`,
  })
})

test('--for event:KEY prints the value that met it', async () => {
  expect((await runCli('wait done --for event:progress>=50', { store: createExampleStore() })).stdout).toBe(
    '100\n',
  )
})

test('--for message is met by a workflow that asks', async () => {
  const { code, stdout } = await runCli('wait asking --for message', { store: createExampleStore() })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    workflowId: 'asking',
    step: 1,
    topic: 'legal',
    prompt: 'Ship it?',
  })
})

test('a workflow that ended without it is 9, and never a hang', async () => {
  expect(await runCli('wait done --for event:nope', { store: createExampleStore() })).toMatchObject({
    code: 9,
    stdout: '',
    stderr: expect.stringContaining('done ended SUCCESS without event:nope (it published progress).'),
  })
})

test('time running out is 124', async () => {
  expect((await runCli('wait running --timeout 20ms', { store: createExampleStore() })).code).toBe(124)
})

test('several --for must all hold', async () => {
  expect(
    (await runCli('wait done --for event:progress --for stream:log', { store: createExampleStore() })).code,
  ).toBe(0)
  expect(
    (await runCli('wait done --for event:progress --for message', { store: createExampleStore() })).code,
  ).toBe(9)
})

test('several ids are a line each; --any is content with the first', async () => {
  const both = await runCli(`wait done asking --for event:progress --timeout ${oneLook()}`, {
    store: createExampleStore(),
  })
  expect(both).toMatchObject({ code: 124, stdout: '{"workflowId":"done","value":100}\n' })
  expect(
    (await runCli('wait done asking --for event:progress --any', { store: createExampleStore() })).code,
  ).toBe(0)
})

test('a condition that is none is refused before anything connects', async () => {
  expect(await runCli('wait done --for whenever', {})).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"whenever" is not a condition.'),
  })
})

test('what it did reach is told beside what it did not', async () => {
  const unmet = async (condition: string) =>
    (await runCli(['wait', 'done', '--for', condition], { store: createExampleStore() })).stderr
  expect(await unmet('event:progress>100')).toContain(
    'without event:progress>100 (event:progress was last 100).',
  )
  expect(await unmet('stream:nope')).toContain('(it streamed log)')
  expect(await unmet('step:ship')).toContain('(its steps were charge')
  const failed = await runCli('wait failed --for event:x', { store: createExampleStore() })
  expect(failed).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('(it published nothing): TypeError: x is not a function'),
  })
})

test('a value of null meets a condition, and no value does not', async () => {
  const run = (condition: string) => {
    const did = [{ event: 'empty', value: null }]
    const store = createFakeStore([{ workflowId: 'a', status: 'SUCCESS', did }])
    return runCli(['wait', 'a', '--for', condition], { store })
  }
  expect(await run('event:empty')).toMatchObject({ code: 0, stdout: 'null\n' })
  expect(await run('event:empty=1')).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('event:empty was last null'),
  })
  expect((await run('event:other')).code).toBe(9)
})

test('--fail-on-input is 10 as soon as it waits, with the command that answers', async () => {
  expect(await runCli('wait asking --fail-on-input', { store: createExampleStore() })).toMatchObject({
    code: 10,
    stdout: '',
    stderr: 'error: asking waits for an answer to "Ship it?".\nhint: drover approve asking#1\n',
  })
  expect(
    (await runCli('wait asking --for message --fail-on-input', { store: createExampleStore() })).code,
  ).toBe(0)
})

test('--assert holds, or is 5 with the actual value; the result is printed all the same', async () => {
  const assert = (expression: string, id = 'done') =>
    runCli(['wait', id, '--assert', expression], { store: createExampleStore() })
  expect(await assert('total == `3`')).toMatchObject({ code: 0, stdout: '{\n  "total": 3\n}\n', stderr: '' })
  expect(await assert('total > `10`')).toMatchObject({
    code: 5,
    stdout: '{\n  "total": 3\n}\n',
    stderr:
      'error: done: total > `10` does not hold: on the left is 3, on the right 10.\nhint: drover get done\n',
  })
  expect(await assert('missing')).toMatchObject({ code: 5, stderr: expect.stringContaining('it is null') })
  expect(await assert('length(missing)')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('received type null'),
  })
  expect((await assert('total', 'failed')).code).toBe(1)
  expect(await runCli(['wait', 'done', '--assert', 'total >'], {})).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is not JMESPath'),
  })
})

test('when time runs out, why it does not move and what fixes it', async () => {
  const { code, stderr } = await runCli(`wait queued --timeout ${oneLook()}`, { store: createExampleStore() })
  expect(code).toBe(124)
  expect(stderr).toContain('queued: No worker of example is live.\nhint: drover worker --app')
})

test('--junit writes the steps as cases, and what was asked as the last one', async () => {
  const written: Record<string, string> = {}
  const store = createFakeStore([
    {
      workflowId: 'a',
      name: 'order<&>',
      status: 'ERROR',
      error: { name: 'TypeError', message: 'no "x"\u0007', stack: 'TypeError: no x\n  at y' },
      did: [
        { step: 'charge' },
        { event: 'e', value: 1 },
        { step: 'ship', error: { name: 'E', message: 'lost' } },
      ],
    },
  ])
  expect((await runCli('wait a --junit out.xml', { store, written })).code).toBe(1)
  expect(written['/project/out.xml']).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="drover" tests="3" failures="2">
      <testsuite name="order&lt;&amp;&gt; a" tests="3" failures="2" time="0.030" timestamp="2026-01-02T03:04:05.000Z">
        <testcase classname="order&lt;&amp;&gt;" name="0 charge" time="0.010"/>
        <testcase classname="order&lt;&amp;&gt;" name="2 ship" time="0.010"><failure message="E: lost">E: lost</failure></testcase>
        <testcase classname="order&lt;&amp;&gt;" name="ended" time="0.030"><failure message="order&lt;&amp;&gt; ended ERROR after 30ms: TypeError: no &quot;x&quot;␇">TypeError: no x
      at y</failure></testcase>
      </testsuite>
    </testsuites>
    "
  `)
})

test('in GitHub Actions a failure is an annotation, and the summary has a row', async () => {
  const written: Record<string, string> = {}
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/summary.md' }
  const store = createFakeStore([
    { workflowId: 'a', name: 'or|der', status: 'SUCCESS', output: 1 },
    { workflowId: 'b', status: 'ERROR', error: { name: 'E', message: '50%\nlost' } },
  ])
  const run = await runCli('wait a b', { store, written, env, isCI: true })
  expect(run.code).toBe(1)
  expect(run.stderr).toMatchInlineSnapshot(`
    "b: exampleWorkflow ended ERROR after 0ms: E: 50%↵lost
    hint: drover explain b
    ::error title=exampleWorkflow b ended ERROR::E: 50%25↵lost
    "
  `)
  expect(written['/summary.md']).toMatchInlineSnapshot(`
    "| workflow | id | status | took |  |
    | --- | --- | --- | --- | --- |
    | or\\|der | a | SUCCESS | 0ms |  |
    | exampleWorkflow | b | ERROR | 0ms | E: 50%↵lost |

    "
  `)
})

test('what is followed in GitHub Actions is folded', async () => {
  const env = { GITHUB_ACTIONS: 'true' }
  const { stdout } = await runCli('watch done', { store: createExampleStore(), env, isCI: true })
  const lines = stdout.trimEnd().split('\n')
  expect([lines.at(0), lines.at(-1)]).toEqual(['::group::done', '::endgroup::'])
  expect(lines.slice(1, -1).every((line) => /^\d\d:\d\d/.test(line))).toBe(true)
})

test('an error in GitHub Actions is an annotation with its hint', async () => {
  const run = await runCli('wait nope', { store: createExampleStore(), env: { GITHUB_ACTIONS: 'true' } })
  expect(run).toMatchObject({
    code: 4,
    stderr:
      '::error title=drover workflow-not-found::There is no workflow "nope" in fake database.%0Ahint: drover list\n',
  })
})

test('result prints a result, and never waits', async () => {
  const result = (...args: string[]) => runCli(['result', ...args], { store: createExampleStore() })
  expect(await result('done')).toMatchObject({ code: 0, stdout: '{\n  "total": 3\n}\n', stderr: '' })
  expect((await result('done', '--assert', 'total < `3`')).code).toBe(5)
  expect(await result('failed')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('TypeError'),
  })
  expect(await result('running')).toMatchObject({
    code: 9,
    stdout: '',
    stderr: 'error: running is PENDING and has no result yet.\nhint: drover wait running\n',
  })
  expect((await result('nope')).code).toBe(4)
})

test('--fail-on-input names all that are blocked, and holds nothing against those that run', async () => {
  const store = createFakeStore([
    { workflowId: 'a', did: [{ recv: 'go', timeoutSeconds: 1e9 }] },
    { workflowId: 'b', did: [{ step: 'work' }] },
    { workflowId: 'c', did: [{ recv: 'go', timeoutSeconds: 1e9 }] },
  ])
  const { code, stderr } = await runCli('wait a b c --fail-on-input', { store })
  expect(code).toBe(10)
  expect(stderr).toMatch(/^error: a waits for a message.*error: c waits for a message/s)
  expect(stderr).not.toMatch(/^b /m)
})

test('a report that cannot be written is said before the waiting begins', async () => {
  const written = Object.freeze({})
  expect(
    await runCli('wait running --junit reports', { store: createExampleStore(), written }),
  ).toMatchObject({
    code: 74,
    stderr: expect.stringContaining('error: Cannot write the report: '),
  })
})

describe('until it is there, or not', () => {
  const creating = (workflowId: string, name = 'checkout', attributes = {}) => {
    const store = createFakeStore([{ workflowId: 'old', name: 'checkout', status: 'SUCCESS' }])
    let looks = 0
    /** Appears between two looks. */
    const appear = () => {
      looks += 1
      if (looks === 3)
        store.add({ workflowId, name, attributes, createdAt: now, output: 'paid', status: 'SUCCESS' })
    }
    return {
      ...store,
      clock: async () => now,
      existing: async (ids: readonly string[]) => {
        appear()
        return store.existing(ids)
      },
      list: async (query: Parameters<typeof store.list>[0]) => {
        appear()
        return store.list(query)
      },
    }
  }
  const now = new Date('2026-01-02T03:04:05Z')

  test.each([
    ['wait new --for created', 'new\n'],
    ['wait new --for created -o ids', 'new\n'],
    ['wait new --for created -o jsonl', '{"workflowId":"new","value":"new"}\n'],
    ['wait new --for created --for ended', '"paid"\n'],
    ['wait new --for created --for result=paid -r', 'paid\n'],
    ['wait --name checkout --for created', 'new\n'],
    ['wait --name checkout --attr order=17 --for created --for ended -r', 'paid\n'],
    ['wait old new --for created', 'old\nnew\n'],
    ['wait old new --any --for created', 'old\n'],
  ])('%s', async (line, stdout) => {
    const store = creating('new', 'checkout', { order: 17 })
    expect(await runCli(line, { store, now })).toMatchObject({ code: 0, stdout, stderr: '' })
  })

  test('what was there before counts where --since says so', async () => {
    const store = createFakeStore([{ workflowId: 'w-1', name: 'checkout', createdAt: now }])
    const created = { store: { ...store, clock: async () => now }, now }
    expect(await runCli('wait --name checkout --since 1m --for created', created)).toMatchObject({
      code: 0,
      stdout: 'w-1\n',
    })
    expect(await runCli('wait --name checkout --for created --timeout 60ms', created)).toMatchObject({
      code: 124,
      stdout: '',
      stderr: expect.stringContaining('waiting for a workflow of name checkout to be created'),
    })
  })

  test('deleted is met by what is not there, and waits for what is', async () => {
    const store = createExampleStore()
    expect(await runCli('wait nobody --for deleted', { store })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'nobody is not there.\n',
    })
    expect(await runCli('wait done --for deleted --timeout 60ms', { store })).toMatchObject({
      code: 124,
      stderr: expect.stringContaining('waiting for done to be deleted'),
    })
    const leaving = runCli('wait done failed --for deleted -o json', { store })
    await store.manage('delete', [
      { workflowId: 'done', status: 'SUCCESS' },
      { workflowId: 'failed', status: 'ERROR' },
    ])
    expect(JSON.parse((await leaving).stdout)).toEqual([
      { workflowId: 'done', value: null },
      { workflowId: 'failed', value: null },
    ])
    expect(await runCli('wait --name nothing --for deleted', { store })).toMatchObject({ code: 0 })
  })

  test('a filter stands for the ids that it finds, and finding none is never green', async () => {
    const store = createExampleStore()
    const found = await runCli('wait --status success --for ended -o ids', { store })
    expect(found).toMatchObject({ code: 0, stdout: 'done\n' })
    expect(await runCli('wait --name nothing', { store })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('No workflow in fake database to wait for: name nothing.'),
    })
    expect((await runCli('wait done --name x', { store })).stderr).toContain('cannot be combined')
    expect((await runCli('wait', { store })).stderr).toContain('No workflows given to wait for.')
  })

  test.each([
    ['result.total=3', 0, '3\n', ''],
    ['result.total>3', 9, '', 'done ended SUCCESS without result.total>3 (result.total was 3).'],
    ['result.paid', 9, '', 'done ended SUCCESS without result.paid (the result has no paid).'],
  ])('of the result %s is %d', async (condition, code, stdout, stderr) => {
    const run = await runCli(['wait', 'done', '--for', condition], { store: createExampleStore() })
    expect(run).toMatchObject({ code, stdout, stderr: expect.stringContaining(stderr) })
  })
})
