import { describe, expect, test } from 'vitest'
import type { App } from '../../../src/core/run/runtime.ts'
import { documentedKeys } from '../../support/documented-keys.ts'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore, type FakeStore } from '../../support/fake-store.ts'
import { lendStore } from '../../support/lend-store.ts'
import { oneLook } from '../../support/patience.ts'
import { type CliRun, type RunCliOptions, runCli } from '../../support/run-cli.ts'

/** `drover test smoke.yaml` and what else is typed, on the examples. */
async function run(
  yaml: string,
  typed = '',
  options: RunCliOptions & { readonly written?: Record<string, string> } = {},
): Promise<CliRun> {
  const files = { '/project/smoke.yaml': yaml.replace(/^\n/, '') }
  const argv = ['test', 'smoke.yaml', ...typed.split(' ').filter(Boolean)]
  return runCli(argv, {
    files,
    ...options,
    store: options.failure ? undefined : lendStore(options.store ?? createExampleStore()),
  })
}

const passing = `
cases:
  - name: an order that is done
    attach: done
    do:
      - wait: event:progress>=50
        assert: "@ == \`100\`"
    expect:
      result: { total: 3 }
      assert: total > \`2\`
      events: { progress: 100 }
      streams: { log: [hello, { line: 2 }] }
      steps: [charge]
      messages: []
      children: { count: 0 }
      within: 1m
  - name: one that failed
    attach: failed
    expect: { status: ERROR, error: x is not }
  - name: one that asks
    attach: { name: orderWorkflow, status: running }
    expect: { status: PENDING }
`

test('what is as it must be is 0, with a line for each case and the sum', async () => {
  const { code, stdout, stderr } = await run(passing)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(
    stdout
      .replaceAll(/\d+(\.\d+)?m?s/g, 'TIME')
      .split('\n')
      .toSorted()
      .join('\n')
      .trimStart(),
  ).toMatchInlineSnapshot(`
    "3 passed  TIME
    ✓ an order that is done  TIME  smoke.yaml:2
    ✓ one that asks  TIME  smoke.yaml:19
    ✓ one that failed  TIME  smoke.yaml:16"
  `)
})

const failing = `
cases:
  - name: another result
    attach: done
    expect:
      result:
        total: 4
        by: ada
      streams: { log: { count: 3, closed: false } }
      steps: [charge, ship]
  - name: another end
    attach: failed
  - name: another condition
    attach: done
    do: [wait: 'event:progress>100']
  - name: never asks
    attach: done
    do: [approve]
  - name: not so
    attach: done
    expect: { assert: [total > \`1\`, total > \`10\`] }
`

test('what is not as it must be is 5, with the line, what was expected and what there is', async () => {
  const { code, stdout, stderr } = await run(failing, '--jobs 1')
  expect({ code, stderr }).toEqual({ code: 5, stderr: '' })
  expect(stdout.replaceAll(/\d+(\.\d+)?m?s/g, 'TIME')).toMatchInlineSnapshot(`
    "✗ another result  TIME  smoke.yaml:2
      smoke.yaml:6  result.total
        - 4
        + 3
      smoke.yaml:7  result.by
        - "ada"
      smoke.yaml:8  streams.log.count
        - 3
        + 2
      smoke.yaml:8  streams.log.closed
        - false
        + true
      smoke.yaml:9  steps[1]
        - "ship"
      drover get done
    ✗ another end  TIME  smoke.yaml:10
      smoke.yaml:10  status is ERROR, expected SUCCESS: TypeError: x is not a function
      drover get failed
    ✗ another condition  TIME  smoke.yaml:12
      smoke.yaml:14  done ended SUCCESS without event:progress>100 (event:progress was last 100).
      drover get done
    ✗ never asks  TIME  smoke.yaml:15
      smoke.yaml:17  orderWorkflow ended SUCCESS after TIME: {total: 3}, and it did not wait for a message
      drover get done
    ✗ not so  TIME  smoke.yaml:18
      smoke.yaml:20  total > \`10\` does not hold: on the left is 3, on the right 10
      drover get done
    0 passed, 5 failed  TIME
    "
  `)
})

test('-o json has each case with what is documented, -o jsonl a line for each', async () => {
  const { stdout, code } = await run(failing, '-o json --jobs 1')
  const [first, second] = JSON.parse(stdout)
  expect(code).toBe(5)
  expect(Object.keys(first)).toEqual(documentedKeys('Result of a case'))
  expect(first).toMatchObject({ file: 'smoke.yaml', line: 2, name: 'another result', outcome: 'failed' })
  expect(first.failures[0]).toEqual({
    line: 6,
    what: 'result.total',
    message: 'result.total is 3, expected 4',
    expected: 4,
    actual: 3,
  })
  expect(second.failures[0].message).toContain(
    'status is ERROR, expected SUCCESS: TypeError: x is not a function',
  )
  const lines = (await run(failing, '-o jsonl')).stdout.trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(Array(5).fill('failed'))
})

test('what keeps a case from being judged is an error with its own code', async () => {
  const yaml = `
cases:
  - name: nobody knows it
    attach: nope
  - name: goes on
    timeout: ${oneLook()}
    attach: running
  - name: after it
    needs: goes on
    attach: done
`
  const { code, stdout } = await run(yaml, '-o json')
  expect(code).toBe(4)
  expect(JSON.parse(stdout)).toMatchObject([
    { outcome: 'error', error: { code: 'workflow-not-found', exitCode: 4, line: 3 } },
    { outcome: 'error', workflowId: 'running', error: { code: 'timed-out', exitCode: 124, line: 4 } },
    { outcome: 'skipped', skippedFor: 'goes on', error: null },
  ])
  const late = await run(yaml, '--filter goes')
  expect(late.code).toBe(124)
  expect(late.stdout).toContain('ran out while waiting for its end. running: ')
  expect((await run(`${yaml}${failing.replace(/^\ncases:\n/, '')}`)).code).toBe(5)
})

test('it answers once it is asked', async () => {
  const store = createExampleStore()
  const yaml = `
cases:
  - name: yes
    attach: asking
    do:
      - approve: { comment: looks fine, as: ada }
    expect: { status: [PENDING, SUCCESS], messages: [{ topic: legal, message: { approved: true, by: ada, comment: looks fine, at: "\${any.time}" } }] }
`
  expect(await run(yaml, '', { store })).toMatchObject({ code: 0 })
  expect(store.decided).toMatchObject([
    { verdict: 'approved', comment: 'looks fine', actor: { name: 'ada' } },
  ])
})

test('variables come from the environment, the matrix and earlier cases', async () => {
  const yaml = `
cases:
  - name: first
    attach: done
    save: { total: result.total, id: workflowId, hello: "streams.log[0]", names: "steps[].name" }
  - name: second
    attach: \${id}
    expect:
      result: { total: "\${total}" }
      streams: { log: ["\${hello}", { line: "\${LINE}" }] }
      steps: [{ name: "\${names.0}" }]
  - name: third
    matrix: { id: [done, failed] }
    attach: \${id}
    expect: { status: SUCCESS }
`
  const { code, stdout } = await run(yaml, '-o jsonl --jobs 1', { env: { LINE: '2' } })
  const outcomes = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(5)
  expect(outcomes.map(({ name, outcome }) => `${name} ${outcome}`).toSorted()).toEqual([
    'first passed',
    'second passed',
    'third (id=done) passed',
    'third (id=failed) failed',
  ])
})

test.each([
  ['--filter nothing', 2, 'No case in smoke.yaml has "nothing" in its name.'],
  ['--filter END', 5, ''],
  ['other.yaml', 2, 'There is no file other.yaml.'],
  ['--jobs 0', 2, '"0" is not a whole number above zero.'],
])('%s is %d', async (typed, code, message) => {
  const outcome = await run(failing, typed)
  expect(outcome.code).toBe(code)
  expect(outcome.stderr).toContain(message)
})

test('without a file, and with none that has a case, it is 2', async () => {
  expect(await runCli('test', {})).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('No file is named.'),
  })
  expect(await run('cases: []')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no case in'),
  })
})

test('FILE:LINE is the case at that line', async () => {
  const files = { '/project/smoke.yaml': passing.trimStart() }
  const at = (line: number) =>
    runCli(['test', `smoke.yaml:${line}`, '--dry-run'], { files }).then(({ stdout }) => stdout.split('\t')[0])
  expect(await Promise.all([2, 7, 16, 18].map(at))).toEqual([
    'an order that is done',
    'an order that is done',
    'one that failed',
    'one that failed',
  ])
})

test('--junit has a suite for each file, and tells failures from errors', async () => {
  const yaml = `${failing}  - { name: nobody knows it, attach: nope }\n`
  const written: Record<string, string> = {}
  expect((await run(yaml, '--junit out.xml', { written })).code).toBe(5)
  const report = written['/project/out.xml'] ?? ''
  expect(report).toContain('<testsuite name="smoke.yaml" tests="6" failures="5" errors="1"')
  expect(report).toContain('<testcase classname="smoke" name="another result" file="smoke.yaml" line="2"')
  expect(report).toContain(
    '<failure message="result.total is 3, expected 4 (and 4 more)">smoke.yaml:6 result.total is 3, expected 4',
  )
  expect(report).toContain('<error message="There is no workflow &quot;nope&quot; in fake database.">')
})

test('a database that cannot be reached is told for every case', async () => {
  const { CliError } = await import('../../../src/core/errors.ts')
  const failure = new CliError('database-unreachable', 'Nothing answers.')
  const written: Record<string, string> = {}
  expect(await run(failing, '--junit out.xml', { failure, written })).toMatchObject({
    code: 69,
  })
  expect(written['/project/out.xml']).toContain('tests="5" failures="0" errors="5"')
})

test('in GitHub Actions each failure is an annotation at its line, and the job has a summary', async () => {
  const written: Record<string, string> = {}
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/summary.md', GITHUB_WORKSPACE: '/' }
  const { stderr } = await run(failing, '--filter result', { env, written })
  expect(stderr).toContain(
    '::error file=project/smoke.yaml,line=6,title=another result::result.total is 3, expected 4',
  )
  expect(written['/summary.md']).toContain('| another result | ✗ failed | ')
})

test('what no worker would take is not started, and a failed case cancels what it started', async () => {
  const yaml = `
cases:
  - name: nobody is there
    timeout: ${oneLook()}
    start: { workflow: orderWorkflow, args: [1] }
`
  const store = createExampleStore()
  const { code, stdout } = await run(yaml, '', { store })
  expect({ code, started: store.started }).toEqual({ code: 9, started: [] })
  expect(stdout).toContain('No worker of example is live')

  const executors = [
    { executorId: 'web-1', application: 'example', version: 'example@dev', since: new Date(0) },
  ]
  const live = createFakeStore([{ workflowId: 'old', name: 'orderWorkflow' }], {
    executors,
    queues: ['drover'],
  })
  const hopeless = `${yaml.replace(/timeout:.*/, 'expect: { within: 1ms }')}`
  expect(await run(hopeless, '', { store: live })).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('expected to have ended'),
  })
  expect(live.managed.map(({ verb }) => verb)).toEqual(['cancel'])
  expect((await run(hopeless, '--keep', { store: live })).code).toBe(5)
  expect(live.managed).toHaveLength(1)
  expect(live.started.map(({ workflowId }) => workflowId)).toEqual([
    expect.stringMatching(/^nobody-is-there-[0-9a-f]{12}$/),
    expect.stringMatching(/^nobody-is-there-[0-9a-f]{12}$/),
  ])
})

test('a live picture shows what runs, above it what is over', async () => {
  const { frames, stdout } = await run(passing, '', { isTerminal: true, columns: 60 })
  expect(frames.flat().some((line) => line.startsWith('▸ '))).toBe(true)
  expect(stdout).toContain('✓ an order that is done')
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^3 passed {2}\d/)
  for (const line of frames.flat()) expect(line.length).toBeLessThanOrEqual(60)
})

test('what a workflow says cannot act on a terminal', async () => {
  const store = createFakeStore([
    { workflowId: 'a', status: 'SUCCESS', output: '\x1b[2J\u202e::error::x' },
    { workflowId: 'b', status: 'ERROR', error: { name: 'Error', message: '\x1b[2J\n::error::x' } },
  ])
  const yaml = `
cases:
  - { name: a, attach: a, expect: { result: x } }
  - { name: b, attach: b }
`
  const { stdout } = await run(yaml, '', { store })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/)
  expect(stdout).not.toMatch(/^::error/m)
})

describe('a protected profile', () => {
  const looking = 'cases: [{ name: looks, attach: done, do: [{ wait: ended }] }]'
  const changing = `cases:
  - { name: first, attach: asking, do: [{ send: { topic: other, message: 1 } }, { send: { topic: other, message: 2 } }], expect: { status: PENDING } }
  - { name: second, attach: running, do: [{ send: { message: 3 } }], expect: { status: PENDING } }
  - { name: looks, attach: done }`
  const config = JSON.stringify({
    profiles: { prod: { databaseUrl: 'postgres://ada@localhost/shop', protected: true } },
  })
  const runOn = (yaml: string, line: string, store: FakeStore, more: RunCliOptions = {}) =>
    runCli(`test smoke.yaml ${line}`.trim(), {
      files: { '/project/smoke.yaml': yaml, '/project/drover.config.json': config },
      env: { DROVER_PROFILE: 'prod', DROVER_DB_URL: '' },
      openStore: async () => lendStore(store),
      ...more,
    })

  test('is asked about once, for all cases that change something', async () => {
    const store = createExampleStore()
    const { code, stderr } = await runOn(changing, '', store, { isTerminal: true, answers: ['prod'] })
    expect(code).toBe(0)
    expect(stderr.split('Type prod to do it.')).toHaveLength(2)
    expect(stderr).toContain('Run 2 test cases that start, send, decide or cancel in fake database?')
    expect(store.sent).toHaveLength(3)
  })

  test('is not asked about by those that only look', async () => {
    expect((await runOn(looking, '', createExampleStore(), { isCI: true })).code).toBe(0)
  })

  test('in CI has to be named', async () => {
    const store = createExampleStore()
    const refused = await runOn(changing, '', store, { isCI: true })
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('add --profile prod') })
    expect(store.sent).toEqual([])
    expect((await runOn(changing, '--profile prod', store, { isCI: true })).code).toBe(0)
    expect(store.sent).toHaveLength(3)
  })
})

test('what DBOS says of a workflow that a case cancelled is no news; of another one it is', async () => {
  const lost = (id: string) => `Workflow ${id} is no longer owned by this execution.`
  const app: App = {
    ...{ specifier: './app.js', configuredName: 'example', configuredVersion: null, packageName: null },
    ...{ sdkVersion: '5.3.0', workflows: [] },
    launch: async ({ application, version = 'v1', onLog }) => ({
      ...{ executorId: 'here', application, version, start: async () => {} },
      shutdown: async () => {
        for (const id of ['running', 'asking']) onLog('warn', lost(id))
      },
    }),
  }
  const yaml = 'cases: [{ name: ends, attach: running, do: [cancel], expect: { status: CANCELLED } }]'
  const { code, stderr } = await run(yaml, '--app ./app.js --join', { app })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining(`dbos warn: ${lost('asking')}`),
  })
  expect(stderr).not.toContain(lost('running'))
})
