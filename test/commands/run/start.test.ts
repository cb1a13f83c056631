import { expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { oneLook } from '../../support/patience.ts'
import { runCli } from '../../support/run-cli.ts'

test('stdout is the id and nothing else; what was filled in is on stderr', async () => {
  const store = createExampleStore()
  const run = await runCli('start orderWorkflow 1 x --id new', { store })
  expect(run).toMatchObject({ code: 0, stdout: 'new\n', remembered: ['new'] })
  expect(run.stderr).toMatchInlineSnapshot(`
    "example, version example@dev, queue slow, in fake database
    warning: No worker of example is live.
    hint: drover worker --app ./your-module.ts --application example   # it stays enqueued until one starts
    warning: The queue "slow" is not registered, so no worker polls it.
    hint: drover worker --app ./your-module.ts --application example --create-queue slow
    "
  `)
  expect(store.started).toMatchObject([
    { name: 'orderWorkflow', args: [1, 'x'], queue: 'slow', application: 'example', version: 'example@dev' },
  ])
})

const worker = (given = {}) => ({
  executorId: 'w1',
  application: 'example',
  version: 'example@dev',
  since: new Date(0),
  ...given,
})

test('beside a worker that would take it there is nothing to warn of', async () => {
  const store = createFakeStore(
    [{ workflowId: 'a', name: 'order', queue: 'q', className: 'Shop', configName: 'eu' }],
    {
      queues: ['q'],
      executors: [worker()],
    },
  )
  const run = await runCli('start order --id new', { store })
  expect(run.stderr).toBe('Shop.order of eu, example, version example@dev, queue q, in fake database\n')
  expect(store.started).toMatchObject([{ className: 'Shop', configName: 'eu' }])
})

test('what was resumed or forked is on the internal queue, which is not where this name runs', async () => {
  const store = createFakeStore(
    [
      { workflowId: 'resumed', name: 'order', queue: '_dbos_internal_queue', createdAt: new Date(2) },
      { workflowId: 'a', name: 'order', queue: 'q', createdAt: new Date(1) },
    ],
    { queues: ['q', 'drover'], executors: [worker()] },
  )
  expect(await runCli('start order --dry-run', { store })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"queue": "q"'),
  })
})

test('what would strand is told with what to type instead, and with --strict not started', async () => {
  const refusal = async (line: string, options: Parameters<typeof createFakeStore>[1]) => {
    const create = () =>
      createFakeStore([{ workflowId: 'a', name: 'order', queue: 'q' }], { queues: ['q'], ...options })
    const warned = await runCli(line, { store: create() })
    const store = create()
    const refused = await runCli(`${line} --strict`, { store })
    expect([warned.code, refused.code, store.started.length]).toEqual([0, 9, 0])
    const [, sentence, hint] = refused.stderr.trimEnd().split('\n')
    expect(warned.stderr).toContain(`warning: ${sentence?.replace('error: Nothing was started: ', '')}`)
    return `${sentence} / ${hint}`
  }
  const executors = [worker()]
  expect(await refusal('start order', {})).toContain(
    'No worker of example is live. / hint: drover worker --app',
  )
  expect(await refusal('start order --queue nowhere', { executors })).toContain(
    'The queue "nowhere" is not registered, so no worker polls it. / hint: drover worker --app ./your-module.ts --application example --create-queue nowhere',
  )
  expect(await refusal('start order', { executors, queueStates: { q: { owner: 'bank' } } })).toContain(
    '--queue',
  )
  expect(await refusal('start order', { executors, queueStates: { q: { isPartitioned: true } } })).toContain(
    '--partition KEY',
  )
  expect(await refusal('start order --app-version v2', { executors })).toContain(
    'hint: --app-version example@dev',
  )
  const registering = [worker({ registration: registration('order', 'pay') })]
  expect(await refusal('start ordr --application example', { executors: registering })).toContain(
    'No live worker of example registers "ordr". Was order meant? / hint: did you mean order?',
  )
  expect(await refusal('start order --queue q --class Shop', { executors: registering })).toContain(
    'No live worker of example registers "Shop.order"; it registers order. / hint: leave --class out',
  )
  const elsewhere = [...registering, worker({ application: 'bank', registration: registration('open') })]
  expect(await refusal('start open --application example', { executors: elsewhere })).toContain(
    'registers "open"; workers of bank do. / hint: --application bank',
  )
  const idle = [worker({ registration: { ...registration('order'), queues: [] } })]
  expect(await refusal('start order', { executors: idle, own: false })).toContain(
    'it does not poll the queue "q". / hint: drover worker --app ./your-module.ts --application example --app-version example@dev --queues q --join',
  )
})

const registration = (...names: string[]) => ({
  queues: 'all' as const,
  workflows: names.map((name) => ({ name, className: null, instances: [] })),
})

test('a name that only resembles another is told, and no reason to refuse', async () => {
  const store = createFakeStore([{ workflowId: 'a', name: 'order', queue: 'q' }], {
    queues: ['q', 'drover'],
    executors: [worker()],
  })
  const run = await runCli('start orders --application example --strict --id new', { store })
  expect(run).toMatchObject({ code: 0, stdout: 'new\n' })
  expect(run.stderr).toContain(
    'warning: No recent workflow there is named "orders".\nhint: did you mean order?',
  )
})

test('a first start of a registered name warns of nothing', async () => {
  const registered = registration('orders')
  const store = createFakeStore([{ workflowId: 'a', name: 'order', queue: 'q', application: 'bank' }], {
    queues: ['q', 'drover'],
    executors: [worker({ registration: registered }), worker({ application: 'bank', version: 'b1' })],
  })
  const run = await runCli('start orders --strict --id new', { store })
  expect(run).toMatchObject({
    code: 0,
    stderr: 'example, version example@dev, queue drover, in fake database\n',
  })
})

test('of several that register the name one has to be chosen', async () => {
  const shop = (className: string | null, ...instances: string[]) => ({
    queues: [],
    workflows: [{ name: 'order', className, instances }],
  })
  const refusal = async (line: string, ...registrations: ReturnType<typeof shop>[]) => {
    const executors = registrations.map((one, index) =>
      worker({ executorId: `w${index}`, application: `app${index % 2}`, registration: one }),
    )
    const { code, stderr } = await runCli(line, { store: createFakeStore([], { executors }) })
    expect(code).toBe(2)
    return stderr
  }
  expect(await refusal('start order', shop(null), shop('Shop'))).toContain('--application: app0, app1')
  expect(
    await refusal('start order', shop('Shop'), { ...shop(null), workflows: [] }, shop('Store')),
  ).toContain('--class: Shop, Store')
  expect(await refusal('start order', shop('Shop', 'eu', 'us'))).toContain('--instance: eu, us')
})

test('of live versions the one that registers the name is taken, and a queue that it polls', async () => {
  const executors = [
    worker({ version: 'v1', registration: registration('pay') }),
    worker({ version: 'v2', registration: { ...registration('order'), queues: [] } }),
  ]
  const store = createFakeStore([], { own: false, queues: ['drover'], executors })
  expect((await runCli('start order --id new', { store })).stderr).toBe(
    'example, version v2, queue _dbos_internal_queue, in fake database\n',
  )
})

test('a version that is not told is no version to type', async () => {
  const executors = [worker({ version: '', versionStart: '', candidateVersions: ['v1', 'v2'] })]
  const store = createFakeStore([{ workflowId: 'a', name: 'order', queue: 'q' }], {
    queues: ['q'],
    executors,
  })
  expect(await runCli('start order --app-version v3 --strict', { store })).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('they run (not told).\nhint: drover worker --app'),
  })
  expect((await runCli('start order --app-version v2 --strict', { store })).code).toBe(0)
})

test('a name that is new and like no other is no reason to refuse', async () => {
  const store = createFakeStore([], { queues: ['drover'], executors: [worker()] })
  expect(await runCli('start order --strict --id new', { store })).toMatchObject({
    code: 0,
    stdout: 'new\n',
    stderr: expect.stringContaining('warning: No recent workflow there is named "order".'),
  })
})

test('every option reaches the store, values as JSON if they parse', async () => {
  const store = createFakeStore([], { executors: [worker()] })
  const args = [
    ...['start', 'pay', '1', '--application', 'example', '--id', 'new', '--priority', '3', '--delay', '2s'],
    ...[
      '--workflow-timeout',
      '1m',
      '--dedup',
      '6/5',
      '--attr',
      'tenant=acme',
      '--attr',
      'size=3',
      '--partition',
      'p',
    ],
    ...['--named', '{"amount":300}', '--send', 'approval={"approved":true}', '--send', '=go'],
  ]
  expect((await runCli(args, { store })).code).toBe(0)
  expect(store.started[0]).toMatchObject({
    args: [1],
    priority: 3,
    delayMs: 2000,
    timeoutMs: 60_000,
    deduplicationId: '6/5',
    attributes: { tenant: 'acme', size: 3 },
    partition: 'p',
    namedArgs: { amount: 300 },
    messages: [
      { topic: 'approval', message: { approved: true } },
      { topic: null, message: 'go' },
    ],
  })
})

test.each([
  ['--attr', 'nothing', 'is not an attribute'],
  ['--send', 'nothing', 'is not a topic and a message'],
  ['--named', '[1]', 'is not a JSON object'],
  ['--delay', 'soon', 'is not a duration'],
  ['--id', ' ', 'The --id is empty.'],
  ['--assert', 'a', '--assert needs --wait'],
])('%s %s is 2', async (option, value, sentence) => {
  const store = createExampleStore()
  expect(await runCli(['start', 'orderWorkflow', option, value], { store })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(sentence),
  })
  expect(store.started).toEqual([])
})

test('--dry-run prints what would be enqueued, and enqueues nothing', async () => {
  const store = createExampleStore()
  const run = await runCli('start orderWorkflow 1 --id new --priority 2 --dry-run', { store })
  expect(JSON.parse(run.stdout)).toEqual({
    name: 'orderWorkflow',
    workflowId: 'new',
    args: [1],
    queue: 'slow',
    application: 'example',
    version: 'example@dev',
    priority: 2,
  })
  expect(store.started).toEqual([])
  expect(
    (await runCli('start orderWorkflow --id done --dry-run', { store: createExampleStore() })).code,
  ).toBe(9)
})

test('a deduplication id that is held is 9, or attached to', async () => {
  const start = async (...more: string[]) => {
    const store = createFakeStore([], { executors: [worker()] })
    await store.start({ name: 'pay', workflowId: 'first', args: [], queue: 'q', deduplicationId: 'd' })
    const args = ['start', 'pay', '--application', 'example', '--queue', 'q', '--dedup', 'd', ...more]
    return runCli(args, { store })
  }
  expect(await start()).toMatchObject({
    code: 9,
    stdout: '',
    stderr: expect.stringContaining('is held by first; nothing was started.\nhint: drover explain first'),
  })
  expect(await start('--if-exists', 'attach')).toMatchObject({
    code: 0,
    stdout: 'first\n',
    remembered: ['first'],
    stderr: expect.stringContaining('is held by first: attached to it.'),
  })
})

test('what is still enqueued after three polls is explained while it is waited for', async () => {
  const store = createFakeStore([{ workflowId: 'a', name: 'order', queue: 'q' }], {
    queues: ['q'],
    queueStates: { q: { pollMs: 10 } },
  })
  const run = await runCli(`start order --id new --wait --timeout ${oneLook()}`, { store })
  expect(run.code).toBe(124)
  expect(run.stderr.match(/new: No worker of example is live\./g)).toHaveLength(1)
})

test('without a queue of its own a name goes to drover, else to the internal queue', async () => {
  const start = async (queues: string[]) => {
    const store = createFakeStore([], { queues })
    await runCli('start fresh --application shop', { store })
    return store.started[0]?.queue
  }
  expect(await start(['drover'])).toBe('drover')
  expect(await start([])).toBe('_dbos_internal_queue')
})

test('an unknown application is 2, with what to add', async () => {
  expect(await runCli('start fresh', { store: createFakeStore() })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--application NAME'),
  })
})

test('a name that is almost a known one is told before its application is asked for', async () => {
  expect(await runCli('start orderWorkflo', { store: createExampleStore() })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('hint: did you mean orderWorkflow?'),
  })
})

test('elsewhere it runs as the version that live workers run', async () => {
  const executor = (version: string) => ({
    executorId: version,
    application: 'shop',
    version,
    since: new Date(0),
  })
  const start = async (...versions: string[]) => {
    const store = createFakeStore([], { own: false, executors: versions.map(executor) })
    const run = await runCli('start fresh', { store })
    return { code: run.code, version: store.started[0]?.version }
  }
  expect(await start('v1', 'v1')).toEqual({ code: 0, version: 'v1' })
  expect(await start('v1', 'v2')).toEqual({ code: 2, version: undefined })
})

test('an id in use is attached to where it is the same active call, else 9', async () => {
  const store = createFakeStore([
    { workflowId: 'active', name: 'order', input: [1] },
    { workflowId: 'old', name: 'order', input: [1], status: 'SUCCESS' },
  ])
  expect(await runCli('start order 1 --id active', { store })).toMatchObject({
    code: 0,
    stdout: 'active\n',
    stderr: expect.stringContaining('attached to it'),
  })
  expect((await runCli('start order 2 --id active', { store })).code).toBe(9)
  expect((await runCli('start other 1 --id active --application example', { store })).code).toBe(9)
  expect((await runCli('start order 1 --id old', { store })).code).toBe(9)
})

test('an id that could not be typed again is refused', async () => {
  const store = createExampleStore()
  for (const id of ['', ' ', 'a\nb', 'red\u001b[31m']) {
    expect((await runCli(['start', 'orderWorkflow', '--id', id], { store })).code).toBe(2)
  }
  expect(store.started).toEqual([])
})

test('--wait prints the result on stdout and the id on stderr', async () => {
  const store = createExampleStore()
  const timedOut = await runCli(`start orderWorkflow --id new --wait --timeout ${oneLook()}`, { store })
  expect(timedOut).toMatchObject({ code: 124, stdout: '' })
  expect(timedOut.stderr).toContain('new\n')
})

test('arguments are portable JSON for a name that last ran so, or when it is asked for', async () => {
  const workflows = [
    { workflowId: 'a', name: 'charge' },
    { workflowId: 'b', name: 'order' },
  ]
  const store = createFakeStore(workflows, { executors: [worker()], portableNames: ['charge'] })
  for (const line of ['charge 1', 'order 1', 'order 1 --portable', `charge 1 --named {"retries":2}`])
    expect(await runCli(`start ${line}`, { store })).toMatchObject({ code: 0 })
  expect(store.started.map(({ namedArgs }) => namedArgs)).toEqual([{}, undefined, {}, { retries: 2 }])
})
