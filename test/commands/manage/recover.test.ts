import { expect, test } from 'vitest'
import type { LiveExecutor } from '../../../src/core/diagnosis/situation.ts'
import { createFakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'

const live = (executorId: string, version: string): LiveExecutor => ({
  executorId,
  application: 'example',
  version,
  versionStart: version,
  since: new Date(0),
  candidateVersions: null,
  registration: null,
  recognisedBy: 'name',
  address: null,
  heardAt: new Date(0),
})

const cluster = (options: Parameters<typeof createFakeStore>[1] = {}) =>
  createFakeStore(
    [
      { workflowId: 'a', executorId: 'pod-1' },
      { workflowId: 'b', executorId: 'pod-1', queue: 'mails' },
      { workflowId: 'c', executorId: 'pod-2' },
      { workflowId: 'd', executorId: 'pod-1', status: 'SUCCESS' },
    ],
    { gone: ['pod-1'], executors: [live('pod-2', 'v1')], ...options },
  )

test('what a gone executor left is handed to the living, with the evidence', async () => {
  const store = cluster()
  const slept: number[] = []
  const { code, stdout, stderr } = await runCli('recover', { store, slept })
  expect(code).toBe(0)
  expect(stdout).toBe(
    'a\thanded-over\tpod-1\tv1\tpod-2 can take them\nb\thanded-over\tpod-1\tv1\tpod-2 can take them\n',
  )
  expect(stderr).toBe(
    'pod-1 is gone: no session is named dbos_transact_pod-1_…. It left 2 workflows, the oldest begun 1m ago.\n',
  )
  expect(slept).toEqual([3000])
  const queues = (await store.states(['a', 'b', 'c'])).map(({ status, queue }) => [status, queue])
  expect(queues).toEqual([
    ['ENQUEUED', '_dbos_internal_queue'],
    ['ENQUEUED', 'mails'],
    ['PENDING', null],
  ])
})

test('--dry-run shows it and does nothing; nothing gone is told', async () => {
  const store = cluster()
  const { code, stdout } = await runCli('recover --dry-run', { store, slept: [], isTerminal: true })
  expect(code).toBe(0)
  expect(stdout).toMatchInlineSnapshot(`
    "ID  OUTCOME                 EXECUTOR  VERSION  REASON
    a   → would be handed over  pod-1     v1       pod-2 can take them
    b   → would be handed over  pod-1     v1       pod-2 can take them
    "
  `)
  expect((await store.get('a'))?.status).toBe('PENDING')
  const none = await runCli('recover', { store: cluster({ gone: [] }) })
  expect(none).toMatchObject({ code: 0, stdout: '' })
  expect(none.stderr).toBe(
    'Nothing to recover in fake database: no PENDING workflow is without its executor.\n',
  )
})

test('an executor that was gone for one look only is not gone', async () => {
  const store = cluster()
  const { scanExecutors } = store
  let looks = 0
  store.scanExecutors = async () => {
    const scan = await scanExecutors()
    return looks++ === 0 ? scan : { ...scan, deadExecutors: [] }
  }
  const { stdout } = await runCli('recover', { store, slept: [] })
  expect(stdout).toBe('')
  expect((await store.get('a'))?.status).toBe('PENDING')
})

test('where sessions of unknown owners live, somebody must say that it is gone', async () => {
  const store = cluster({ doubts: ['my-app of app (3)'] })
  const refused = await runCli('recover', { store, slept: [] })
  expect(refused.code).toBe(9)
  expect(refused.stdout).toContain('a\tleft-alone')
  expect(refused.stderr).toContain('my-app of app (3)')
  expect(refused.stderr).toContain('--gone pod-1')
  expect((await runCli('recover --gone pod-1', { store, slept: [] })).code).toBe(0)
})

test('where nobody runs its version, what works is offered, and done on request', async () => {
  const store = cluster({
    executors: [live('pod-2', 'v2')],
    versions: [{ version: 'v2', application: 'example', registeredAt: new Date(1), isLatest: true }],
  })
  const stranded = await runCli('recover', { store, slept: [] })
  expect(stranded.code).toBe(9)
  expect(stranded.stderr).toMatchInlineSnapshot(`
    "pod-1 is gone: no session is named dbos_transact_pod-1_…. It left 2 workflows, the oldest begun 1m ago.
      no living worker runs version v1; living: v2
      hint: drover worker --app ./your-module.ts --application example --app-version v1   # a worker of that version; then drover recover
      or let the new code go on with them: drover recover --to-version v2
      or run them again as copies, one by one: drover cancel a && drover fork a --from 0 --to-version v2
    "
  `)
  const { code, stdout } = await runCli('recover --to-version latest', { store, slept: [] })
  expect(code).toBe(0)
  expect(stdout).toContain('a\thanded-over\tpod-1\tv2')
  expect(await store.get('a')).toMatchObject({ status: 'ENQUEUED', version: 'v2' })
})

const ofOther = { ...live('pod-9', 'v2'), application: 'other' }
const untold = { ...live('pod-9', 'v2'), application: null }

test.each([
  ['of another application', ofOther, 'no worker of its application lives'],
  ['of nobody knows which application', untold, 'do not tell that they are of its application'],
])('a version that only workers %s run is neither offered nor taken', async (_, executor, told) => {
  const executors = [executor]
  for (const line of ['recover', 'recover --to-version v2', 'recover a --to-version v2 --dry-run']) {
    const store = cluster({ executors })
    const { code, stdout, stderr } = await runCli(line, { store, slept: [] })
    expect(code).toBe(9)
    expect(stdout).toContain('a\tstranded')
    expect(stderr).toContain(told)
    expect(stderr).not.toContain('--to-version')
    expect(await store.get('a')).toMatchObject({ status: 'PENDING', version: 'v1' })
  }
  const queued = () => overtaken({ executors, versions: [] })
  expect((await runCli('recover a', { store: queued(), slept: [] })).stderr).not.toContain('--to-version')
  const store = queued()
  const moved = await runCli('recover a --to-version v2', { store, slept: [] })
  expect(moved).toMatchObject({ code: 9, stdout: expect.stringContaining('a\tstranded') })
  expect(await store.get('a')).toMatchObject({ status: 'ENQUEUED', version: 'v1' })
  for (const id of ['a', 'b', 'd']) {
    const { stdout } = await runCli(`explain ${id}`, { store: overtaken({ executors: [untold] }) })
    expect(stdout).not.toContain('--to-version')
  }
  expect((await runCli('doctor', { store: cluster({ executors }) })).stdout).not.toContain('--to-version')
})

test('a version that the application has registered is taken by workers that do not tell theirs', async () => {
  const versions = [{ version: 'v2', application: 'example', registeredAt: new Date(1), isLatest: true }]
  const store = cluster({ executors: [untold], versions })
  expect((await runCli('recover --to-version v2', { store, slept: [] })).code).toBe(0)
  expect(await store.get('a')).toMatchObject({ status: 'ENQUEUED', version: 'v2' })
})

test.each(['ENQUEUED', 'DELAYED'] as const)(
  'what is %s for a version that nobody runs is offered to each that lives',
  async (status) => {
    const executors = [live('pod-2', 'v2'), live('pod-3', 'v3'), ofOther]
    const store = createFakeStore([{ workflowId: 'a', status, queue: '_dbos_internal_queue' }], { executors })
    const { stdout } = await runCli('explain a', { store })
    for (const version of ['v2', 'v3']) expect(stdout).toContain(`drover recover a --to-version ${version}`)
  },
)

test('every hint works as it is typed, also elsewhere, and for what has a step, a queue and doubts', async () => {
  const store = createFakeStore(
    [{ workflowId: 'x 1', executorId: 'pod 1', queue: 'mails', did: [{ step: 'first' }] }],
    { own: false, gone: ['pod 1'], executors: [live('pod-2', 'v2')], doubts: ['psql of ada (1)'] },
  )
  const { code, stderr } = await runCli(['recover', 'x 1', '--gone', 'pod 1'], { store, slept: [] })
  expect(code).toBe(9)
  expect(stderr).toContain(
    "hint: drover worker --app ./your-module.ts --application example --app-version v1 --queues mails --join   # a worker of that version; then drover recover 'x 1' --gone 'pod 1'\n",
  )
  expect(stderr).toContain("drover recover 'x 1' --gone 'pod 1' --to-version v2\n")
  expect(stderr).toContain("drover cancel 'x 1' && drover fork 'x 1' --from last --to-version v2\n")
})

const overtaken = (options: Parameters<typeof createFakeStore>[1] = {}) =>
  createFakeStore(
    [
      { workflowId: 'a', status: 'ENQUEUED', queue: 'mails' },
      { workflowId: 'b', status: 'DELAYED', queue: 'mails' },
      { workflowId: 'c', status: 'ENQUEUED', queue: 'mails', version: 'v2' },
      { workflowId: 'd', status: 'ENQUEUED', queue: 'mails', application: 'other' },
    ],
    {
      executors: [live('pod-2', 'v2')],
      versions: [{ version: 'v2', application: 'example', registeredAt: new Date(1), isLatest: true }],
      ...options,
    },
  )

test('what is enqueued for a version that nobody runs goes to the one that is asked for, on its queue', async () => {
  const store = overtaken()
  const slept: number[] = []
  const dry = await runCli('recover --to-version latest --application example --dry-run', { store, slept })
  expect(dry.stdout).toContain('a\twould-hand-over\t\tv2\tpod-2 can take them\n')
  expect((await store.get('a'))?.version).toBe('v1')
  const { code, stdout, stderr } = await runCli('recover --to-version latest --application example', {
    store,
    slept,
  })
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'a\thanded-over\t\tv2\tpod-2 can take them\nb\thanded-over\t\tv2\tpod-2 can take them\n',
  })
  expect(stderr).toBe(
    'Nobody runs version v1: no session is named dbos_transact_…_v1. For it 2 workflows wait, the oldest created 1m ago.\n',
  )
  expect(slept).toEqual([3000, 3000])
  expect(await store.get('a')).toMatchObject({ status: 'ENQUEUED', version: 'v2', queue: 'mails' })
  expect(await store.get('b')).toMatchObject({ status: 'DELAYED', version: 'v2' })
  expect((await store.get('d'))?.version).toBe('v1')
})

test('by id it is told that nobody runs its version, with the command that moves it', async () => {
  const store = overtaken()
  const told = await runCli('recover a', { store })
  expect(told).toMatchObject({
    code: 9,
    stdout: 'a\tleft-alone\t\tv1\tit is ENQUEUED for a version that nobody runs\n',
    stderr: 'Nobody runs version v1, for which 1 workflow waits.\n  hint: drover recover a --to-version v2\n',
  })
  expect((await runCli('recover a --to-version v2', { store, slept: [] })).code).toBe(0)
  expect((await store.get('a'))?.version).toBe('v2')
  expect((await store.get('b'))?.version).toBe('v1')
})

test('a version that somebody ran at one of two looks, or may run, is not moved', async () => {
  const store = overtaken()
  const { scanExecutors } = store
  let looks = 0
  store.scanExecutors = async () => {
    const scan = await scanExecutors()
    return looks++ === 0 ? scan : { ...scan, unclaimed: [] }
  }
  expect(await runCli('recover --to-version v2', { store, slept: [] })).toMatchObject({ code: 0, stdout: '' })
  expect((await store.get('a'))?.version).toBe('v1')

  const doubtful = overtaken()
  const scan = await doubtful.scanExecutors()
  doubtful.scanExecutors = async () => ({
    ...scan,
    unclaimed: scan.unclaimed.map((one) => ({ ...one, doubts: ['python of app (1)'] })),
  })
  const left = await runCli('recover a --to-version v2', { store: doubtful, slept: [] })
  expect(left).toMatchObject({ code: 9, stdout: expect.stringContaining('left-alone') })
  expect(left.stderr).toContain('hint: drover cancel a && drover fork a --from 0 --to-version v2')
  expect((await doubtful.get('a'))?.version).toBe('v1')
})

test('nothing moves to a version that nobody runs either', async () => {
  const store = overtaken()
  const { code, stdout } = await runCli('recover a --to-version v3', { store, slept: [] })
  expect({ code, stdout }).toEqual({
    code: 9,
    stdout: 'a\tstranded\t\tv3\tno living worker runs version v3\n',
  })
})

test('--gone takes the short id, and says of whom it cannot be so', async () => {
  const id = 'drover-1d0098cb-aaaa-4bbb-8ccc-1234567890ab'
  const store = createFakeStore([{ workflowId: 'a', executorId: id }], {
    gone: [id],
    executors: [live('pod-2', 'v1')],
  })
  const bogus = await runCli('recover --gone nobody-here', { store, slept: [] })
  expect(bogus).toMatchObject({
    code: 4,
    stderr:
      'error: No executor nobody-here has work in fake database.\nhint: drover workers   # shows who lives, and who has work\n',
  })
  const alive = await runCli('recover --gone pod-2', { store, slept: [] })
  expect(alive.code).toBe(9)
  expect(alive.stderr).toContain(
    'error: Executor pod-2 is not gone: a session is named dbos_transact_pod-2_…',
  )
  expect((await store.get('a'))?.status).toBe('PENDING')
  const short = await runCli('recover --gone drover-1d0098cb', { store, slept: [] })
  expect(short.code).toBe(0)
  expect(short.stderr).toContain(`drover-1d0098cb is ${id}\n`)
})

test('with --watch it is told that one is not gone, and the watch goes on', async () => {
  const stop = new AbortController()
  const slept: number[] = []
  slept.push = () => {
    stop.abort('SIGTERM')
    return 1
  }
  const { code, stderr } = await runCli('recover --watch --gone pod-2 --gone pod-9', {
    store: cluster({ gone: [] }),
    slept,
    interrupt: stop.signal,
  })
  expect(code).toBe(0)
  expect(stderr).toContain('Executor pod-2 is not gone: ')
  expect(stderr).toContain('No executor pod-9 has work in fake database.\nLooking every 30s')
})

test('ids narrow it, and each has its outcome', async () => {
  const store = cluster()
  const { code, stdout } = await runCli('recover a c d nobody', { store, slept: [] })
  expect(code).toBe(4)
  expect(stdout).toBe(
    'a\thanded-over\tpod-1\tv1\tpod-2 can take them\n' +
      'c\tleft-alone\tpod-2\tv1\tthere are signs of life of its executor\n' +
      'd\tleft-alone\tpod-1\tv1\tit is SUCCESS\n' +
      'nobody\tnot-found\t\t\t\n',
  )
  expect((await store.get('b'))?.status).toBe('PENDING')
})

test('who cannot see sessions recovers nothing, and is told what is missing', async () => {
  const blind = cluster({
    scan: { obstacle: 'this role cannot see the sessions of others', deadExecutors: [] },
  })
  const { code, stderr } = await runCli('recover', { store: blind })
  expect(code).toBe(3)
  expect(stderr).toContain('grant pg_read_all_stats')
})

test('--watch goes on until it is stopped, and tells each thing once', async () => {
  const store = cluster({ doubts: ['x of y (1)'] })
  const stop = new AbortController()
  const sleeps: number[] = []
  const slept = new Proxy(sleeps, {
    get: (list, key) =>
      key === 'push'
        ? (ms: number) => {
            if (list.push(ms) === 6) stop.abort('SIGTERM')
          }
        : Reflect.get(list, key),
  })
  const { code, stderr, stdout } = await runCli('recover --watch --every 7s --grace 1s', {
    store,
    slept,
    interrupt: stop.signal,
  })
  expect(code).toBe(0)
  expect(sleeps).toEqual([1000, 7000, 1000, 7000, 1000, 7000])
  expect(stderr.match(/pod-1 is gone/g)).toHaveLength(1)
  expect(stdout.match(/left-alone/g)).toHaveLength(2)
})

test('on a terminal --to-version takes a yes: old workflows go on with new code', async () => {
  const versions = [{ version: 'v2', application: 'example', registeredAt: new Date(1), isLatest: true }]
  const queued = () => cluster({ executors: [untold], versions })
  const store = queued()
  const line = 'recover a --to-version v2'
  const declined = await runCli(line, { store, slept: [], isTerminal: true, answers: [false] })
  expect(declined.code).toBe(130)
  expect(declined.stderr).toContain('? Let 1 workflow go on with the code of version v2?')
  expect((await store.get('a'))?.version).toBe('v1')
  expect((await runCli(line, { store, slept: [], isTerminal: true, answers: [true] })).code).toBe(0)
  expect((await store.get('a'))?.version).toBe('v2')
  const another = queued()
  expect((await runCli(`${line} --yes`, { store: another, slept: [], isTerminal: true })).code).toBe(0)
  expect((await another.get('a'))?.version).toBe('v2')
})
