import { expect, test } from 'vitest'
import { CliError } from '../../../src/core/errors.ts'
import type { Store } from '../../../src/core/store.ts'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import type { FakeWorkflow } from '../../support/fake-workflow.ts'
import { oneLook } from '../../support/patience.ts'
import { runCli } from '../../support/run-cli.ts'

test('approve answers the open wait, with who and when', async () => {
  const store = createExampleStore()
  const run = await runCli(['approve', 'asking', '--comment', 'looks fine'], { store })
  expect(run).toMatchObject({
    ...{ code: 0, stdout: '' },
    stderr: expect.stringMatching(/^asking#1 approved by ada@laptop\.\n/),
  })
  expect(store.decided).toMatchObject([
    {
      topic: 'legal',
      verdict: 'approved',
      message: { approved: true, by: 'ada@laptop', comment: 'looks fine' },
    },
  ])
})

const left = (id: string): FakeWorkflow => ({
  workflowId: id,
  name: 'refund',
  executorId: 'web-2',
  did: [
    { event: 'awaiting:legal', value: { prompt: `${id}?` } },
    { recv: 'legal', timeoutSeconds: 3600 },
  ],
})
const live = { executorId: 'web-2', application: 'example', version: 'v1', since: new Date() }
const stuck = (who: string, takeOver: string) =>
  `stuck: nobody is there to take on ${who}. To fix it: ${takeOver}\n`

test('where nobody is there to take it on, that is said after the decision, with the command', async () => {
  const stderrOf = async (line: string, options: Parameters<typeof createFakeStore>[1], more = {}) =>
    (await runCli(line, { store: createFakeStore([left('a;b'), left('c')], options), ...more })).stderr
  const one = stuck('a;b: executor web-2 is not connected', "drover recover 'a;b'")
  expect(await stderrOf('approve a;b', {})).toBe(`a;b#1 approved by ada@laptop.\n${one}`)
  expect(await stderrOf('send a;b true --topic legal', {})).toBe(`Sent to a;b, on topic "legal".\n${one}`)
  const both = stuck('2 of these workflows: their executors are not connected', 'drover recover')
  expect(await stderrOf('reject a;b c --comment no', {})).toContain(both)
  expect(await stderrOf('approve a;b --wait read --timeout 1ms', {})).toContain(one)
  expect(await stderrOf('inbox --no-pick', {}, { isTerminal: true })).toContain(both)
  expect(await stderrOf('inbox --no-pick', {})).toBe('')
  for (const options of [{ executors: [live] }, { blind: true }])
    expect(await stderrOf('approve a;b c', options)).not.toContain('stuck')
})

test('that it cannot be found out is no failure of a decision that stands', async () => {
  const store = createFakeStore([left('a')])
  const refuse = async () => {
    throw new CliError('permission-denied', 'This role may not read application_versions.')
  }
  const run = await runCli('approve a', { store: { ...store, executors: refuse } })
  expect(run).toMatchObject({ code: 0, stderr: 'a#1 approved by ada@laptop.\n' })
})

test('a rejection needs a reason', async () => {
  const store = createExampleStore()
  expect(await runCli('reject asking', { store })).toMatchObject({
    code: 2,
    stderr: "error: A rejection needs a reason.\nhint: drover reject asking --comment '…'\n",
  })
  expect(store.decided).toEqual([])
})

test('the same decision again is no error, another one is', async () => {
  const store = createExampleStore()
  await runCli('approve asking --as bob', { store })
  store.receive('asking', 'legal')
  store.end('asking', 'SUCCESS')
  expect(await runCli('approve asking#1', { store })).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('asking#1: already recorded by bob at '),
  })
  expect(await runCli('reject asking#1 --comment no', { store })).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('asking#1 was decided otherwise by bob at '),
  })
  expect((await store.decisions({})).map(({ outcome }) => outcome)).toEqual([
    'decided-otherwise',
    'repeated',
    'stored',
  ])
})

test("a message that is no decision of drover's stands in the way, also when it was read", async () => {
  const store = createExampleStore()
  const run = await runCli('approve answered#1', { store })
  expect(run).toMatchObject({ code: 9, stderr: expect.stringContaining('which is no decision of drover') })
  await store.send({ workflowId: 'asking', topic: 'legal', message: 'by hand' })
  expect(await runCli('approve asking', { store })).toMatchObject({ code: 9 })
  expect(await runCli('approve asking --force', { store })).toMatchObject({ code: 0 })
})

test.each([
  ['running', 9, 'running does not wait for a message now.'],
  ['done', 9, 'done ended SUCCESS; it waits for nothing.'],
  ['asking#7', 9, 'asking does not wait at step 7 now.'],
  ['nope', 4, 'There is no workflow "nope" in fake database.'],
])('approve %s is %d', async (wait, code, message) => {
  const run = await runCli(['approve', wait], { store: createExampleStore() })
  expect(run).toMatchObject({ code, stderr: expect.stringContaining(message) })
})

test('several waits are a line each and the worst code', async () => {
  const run = await runCli('approve nope asking done', { store: createExampleStore() })
  expect(run.code).toBe(4)
  expect(run.stderr).toContain('asking#1 approved by ada@laptop.')
})

test('waits are read from stdin, and -o jsonl tells of each', async () => {
  const run = await runCli('approve - -o jsonl --as bob', {
    store: createExampleStore(),
    stdin: 'asking#1\n\n',
  })
  expect(JSON.parse(run.stdout)).toMatchObject({
    workflowId: 'asking',
    step: 1,
    topic: 'legal',
    decision: 'approved',
    by: 'bob',
    outcome: 'stored',
  })
})

test('a workflow that waits in two places is asked which', async () => {
  const store = createFakeStore([{ workflowId: 'twice', did: [{ recv: 'a' }, { recv: 'b' }] }])
  const run = await runCli('approve twice', { store })
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('hint: name one: twice#') })
})

test('a retry without a step does not leak into the next gate', async () => {
  let now = new Date('2026-01-02T03:04:06Z')
  const store = createFakeStore(
    [
      {
        workflowId: 'gates',
        did: [{ event: 'awaiting:legal', value: 'Gate 1?' }, { recv: 'legal' }],
      },
    ],
    { now: () => now },
  )
  expect((await runCli('approve gates', { store })).code).toBe(0)
  store.receive('gates', 'legal')
  store.run('gates', { event: 'awaiting:legal', value: 'Gate 2?' }, { recv: 'legal' })
  for (const who of ['ada@laptop', 'bob']) {
    expect(await runCli(`approve gates --as ${who}`, { store })).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('hint: if you mean the next one, name it: gates#4'),
    })
  }
  expect((await runCli('approve gates#1', { store })).stderr).toContain('already recorded by ada@laptop')
  expect(await store.waits(['gates'])).toMatchObject([{ step: 4, state: 'waiting' }])
  now = new Date(now.getTime() + 11_000)
  expect((await runCli('approve gates', { store })).code).toBe(0)
})

test('an application of another mind is answered as drover.config.json says', async () => {
  const store = createFakeStore([{ workflowId: 'pay', name: 'payment', did: [{ recv: 'webhook' }] }])
  const file = { workflows: { payment: { topic: 'webhook', approve: 'paid' } } }
  const files = { '/project/drover.config.json': JSON.stringify(file) }
  const without = await runCli('approve pay', { store })
  expect(without).toMatchObject({ code: 2 })
  expect(without.stderr).toContain('"payment": { "topic": "TOPIC", "approve": "yes", "reject": "no" }')
  expect((await runCli('approve pay', { store, files })).code).toBe(0)
  expect(store.decided).toMatchObject([{ topic: 'webhook', message: 'paid' }])
})

test('in CI somebody must be named', async () => {
  const store = createExampleStore()
  expect((await runCli('approve asking', { store, isCI: true })).code).toBe(2)
  expect((await runCli('approve asking', { store, isCI: true, env: { GITHUB_ACTOR: 'octocat' } })).code).toBe(
    0,
  )
})

test('without a record nothing is decided, unless the audit is off', async () => {
  const store = createFakeStore(
    [{ workflowId: 'asking', did: [{ event: 'awaiting:go', value: 'Go?' }, { recv: 'go' }] }],
    { hasRecord: false, own: false },
  )
  expect(await runCli('approve asking', { store })).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('drover audit init'),
  })
  expect(await store.messages('asking')).toEqual([])
  const files = { '/project/drover.config.json': '{ "audit": "off" }' }
  expect((await runCli('approve asking', { store, files })).code).toBe(0)
})

test('--all shows what it means, asks, and takes only what waits now', async () => {
  const asking = (workflowId: string, name: string, topic: string, timeoutSeconds: number): FakeWorkflow => ({
    workflowId,
    name,
    did: [
      { event: `awaiting:${topic}`, value: 'Go?' },
      { recv: topic, timeoutSeconds },
    ],
  })
  const store = createFakeStore([
    asking('a', 'pay', 'go', 2),
    asking('b', 'pay', 'go', 1),
    asking('c', 'ship', 'go', 90),
    asking('d', 'ship', 'stop', 90),
  ])
  const off = await runCli('approve --all', { store })
  expect(off).toMatchObject({ code: 2, stderr: expect.stringContaining('hint: drover approve --all --yes') })
  const no = await runCli('approve --all', { store, isTerminal: true, answers: [false] })
  expect(no.stderr).toContain('? Approve all 2?')
  expect(store.decided).toEqual([])
  const yes = await runCli('approve --all --name ship --topic go', {
    store,
    isTerminal: true,
    answers: [true],
  })
  expect(yes).toMatchObject({ code: 0, stderr: expect.stringContaining('c#1 approved by ada@laptop.') })
  const rest = await runCli('approve --all --yes --older-than 1s', { store })
  expect(rest.stderr).toContain('left alone')
  expect(store.decided.map(({ wait }) => wait.workflowId)).toEqual(['c', 'd'])
  expect(await runCli('approve --all a', { store })).toMatchObject({ code: 2 })
  expect(await runCli('approve', { store })).toMatchObject({ code: 2 })
})

/** The workflow goes on as soon as it is answered. */
function createQuickStore() {
  const store = createExampleStore()
  const { decide } = store
  store.decide = async (request) => {
    const outcome = await decide(request)
    store.receive('asking', 'legal')
    store.end('asking', 'ERROR')
    return outcome
  }
  return store
}

test('--wait tells how far it got', async () => {
  const run = await runCli('approve asking --wait ended', { store: createQuickStore() })
  expect(run.code).toBe(1)
  expect(run.stderr).toMatch(/^asking#1 approved by ada@laptop → read by step 1.* → ended ERROR\.$/m)
  const read = await runCli('approve asking#1 --wait read -o jsonl', { store: createQuickStore() })
  expect(read.code).toBe(0)
  expect(JSON.parse(read.stdout)).toMatchObject({ outcome: 'stored', readByStep: 1, status: null })
})

test('--wait gives up in time', async () => {
  const run = await runCli(`approve asking --wait read --timeout ${oneLook()}`, {
    store: createExampleStore(),
  })
  expect(run).toMatchObject({ code: 124, stderr: expect.stringContaining('→ not read yet.') })
})

test("no topic is --topic '' on the command line, and null in drover.config.json", async () => {
  const bare = () => createFakeStore([{ workflowId: 'b', name: 'bare', did: [{ recv: null }] }])
  for (const command of [
    ['approve', 'b'],
    ['approve', '--all', '--yes'],
    ['send', 'b', 'hello'],
  ]) {
    const store = bare()
    const files: Record<string, string> =
      command[1] === '--all'
        ? { '/project/drover.config.json': '{ "workflows": { "bare": { "topic": null } } }' }
        : {}
    expect(await runCli([...command, '--topic', ''], { store, files })).toMatchObject({ code: 0 })
    expect(await store.messages('b')).toMatchObject([{ topic: null }])
  }
  const files = { '/project/drover.config.json': '{ "workflows": { "bare": { "topic": "" } } }' }
  expect(await runCli('approve b', { store: bare(), files })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('must be a string, or null for none'),
  })
})

test('the beginning of an id decides nothing, and the whole of it is the hint', async () => {
  const did = [{ event: 'awaiting:go', value: 'Go?' }, { recv: 'go' }]
  const whole = '0b0b0b0b-0b0b-4b0b-8b0b-0b0b0b0b0b0b'
  const other = '0b0b0b0b-ffff-4b0b-8b0b-0b0b0b0b0b0b'
  const store = createFakeStore([
    { workflowId: whole, did },
    { workflowId: other, status: 'SUCCESS' },
  ])
  const run = await runCli(['reject', '0b0b0b0b#1', '--comment', 'too much'], { store })
  expect(run).toMatchObject({
    code: 4,
    stderr: [
      'error: "0b0b0b0b#1" is the beginning of an id, and to reject takes a whole one.',
      `hint: drover reject ${whole}#1 --comment 'too much'`,
      '',
    ].join('\n'),
  })
  expect((await runCli('approve 0b0b0b0b', { store })).stderr).toContain(`hint: drover approve ${whole}#1\n`)
  expect((await runCli('approve 0b0b0b0b#7', { store })).stderr).toContain('There is no workflow')
  store.add({ workflowId: `${other}-2`, did })
  expect((await runCli('approve 0b0b0b0b#1', { store })).stderr).toContain('hint: drover inbox -o ids')
  expect(store.decided).toEqual([])
})

test('inbox, explain, watch, get and wait know the same of a wait that does not tell its topic', async () => {
  const read = { recv: 'decision', message: 'yes', timeoutSeconds: 600 }
  const payment = { recv: 'payment', timeoutSeconds: 600 }
  const order = { name: 'order' }
  const did = [read, { ...payment, message: 'paid' }]
  const workflows: FakeWorkflow[] = [
    { ...order, workflowId: 'o-1', status: 'SUCCESS', did },
    { ...order, workflowId: 'o-2', did: [read, payment] },
  ]
  const shown = async (profiles: object) => {
    const files = { '/project/drover.config.json': JSON.stringify({ workflows: { order: profiles } }) }
    const tell = (line: string) =>
      runCli(line, { store: untilItWaits(createFakeStore(workflows, { blind: true })), files })
    const [wait] = JSON.parse((await tell('inbox -o json')).stdout)
    const runs = await Promise.all(
      ['explain o-2', 'get o-2', 'watch o-2', 'wait o-2 --fail-on-input'].map(tell),
    )
    return { wait, texts: runs.map(({ stdout, stderr }) => stdout + stderr) }
  }
  const learned = await shown({ topic: 'decision', approve: 'yes' })
  expect(learned.wait).toMatchObject({ source: 'learned', topic: 'payment' })
  for (const text of learned.texts) expect(text).toContain('drover send o-2 MESSAGE --topic payment')
  const { step } = learned.wait
  const configured = await shown([{ topic: 'decision' }, { topic: 'payment', step, approve: 'paid' }])
  expect(configured.wait).toMatchObject({ source: 'configured', topic: 'payment' })
  for (const text of configured.texts) expect(text).toContain(`drover approve o-2#${step}`)
})

test('with the audit off nobody is named, each decision says so, and the same again is no error', async () => {
  const files = { '/project/drover.config.json': '{ "audit": "off" }' }
  const store = createExampleStore()
  const approve = (line: string) => runCli(`approve ${line}`, { store, files })
  expect((await approve('asking --as bob')).code).toBe(0)
  store.receive('asking', 'legal')
  store.end('asking', 'SUCCESS')
  for (const id of ['asking', 'asking#1']) {
    const again = await approve(`${id} --as bob`)
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('already decided at ') })
  }
  expect((await approve('asking --as ada')).code).toBe(9)
  expect(await store.decisions({})).toEqual([])
})

test('an id that is a workflow and a wait of another one is ambiguous, and each has a form of its own', async () => {
  const did = [{ event: 'awaiting:go', value: 'Go?' }, { recv: 'go' }]
  const createStore = () =>
    createFakeStore(['o7', 'o7#1', 'o7#01', 'o7#1#1'].map((workflowId) => ({ workflowId, did })))
  const store = createStore()
  const run = await runCli('approve o7#1', { store })
  expect(run).toMatchObject({
    code: 2,
    stderr: 'error: "o7#1" is a workflow, and the wait of o7 at step 1.\nhint: name one: o7#001, o7#1#01\n',
  })
  expect(store.decided).toEqual([])
  const listed = await runCli('inbox -o ids', { store: createStore() })
  expect(listed.stdout.trim().split('\n').sort()).toEqual(['o7#001', 'o7#01#1', 'o7#1#01', 'o7#1#1#1'])
  const decidable = createStore()
  expect((await runCli('approve -', { store: decidable, stdin: listed.stdout })).code).toBe(0)
  expect(decidable.decided.map(({ wait }) => `${wait.workflowId} ${wait.step}`).sort()).toEqual([
    'o7 1',
    'o7#01 1',
    'o7#1 1',
    'o7#1#1 1',
  ])
})

/** Its feed ends once the wait was told, so that nobody need watch for a time. */
function untilItWaits(store: Store): Store {
  return {
    ...store,
    follow: async function* (...request) {
      for await (const change of store.follow(...request)) {
        yield change
        if (change.type === 'waits') return
      }
    },
  }
}
